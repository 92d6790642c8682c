// Plain JavaScript: it has to run on a Node that is too old for the rest, to say so.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Burgee's tools need Node 22.18 or newer; this is ${process.version}.\n` +
      "Run npm install, which brings a newer one for npm scripts, and then npm run dev.",
  );
  process.exitCode = 1;
} else {
  const { main } = await import("./main.ts");
  await main();
}
