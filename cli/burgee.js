#!/usr/bin/env node
// Plain JavaScript, so that a Node that is too old for the rest can run it and print this message.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `burgee needs Node 22.18 or newer; this is ${process.version}. In a clone, npm run burgee -- … uses one that npm installed.`,
  );
  process.exitCode = 2;
} else {
  // It is not an error if a reader such as `head` closes the pipe early.
  process.stdout.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  const { main } = await import("./main.ts");
  process.exitCode = await main();
}
