#!/usr/bin/env node
// Plain JavaScript: it has to run on a Node that is too old for the rest, to say so.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `burgee needs Node 22.18 or newer; this is ${process.version}. In a clone, npm run burgee -- … brings one.`,
  );
  process.exitCode = 2;
} else {
  // A reader that has had enough, as head has, is no failure.
  process.stdout.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  const { main } = await import("./main.ts");
  process.exitCode = await main();
}
