/** Runs the command line of this process: the entry of the sources and of the bundle. */
import { main } from "./main.ts";

// It is not an error if a reader such as `head` closes the pipe early.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main();
