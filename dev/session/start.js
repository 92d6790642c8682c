// Plain JavaScript, so that a Node that is too old for the rest can run it and print this message.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Burgee's tools need Node 22.18 or newer; this is ${process.version}.\n` +
      "Run npm install, which installs a newer Node for npm scripts, and then npm run dev.",
  );
  process.exitCode = 1;
} else {
  const { readArguments, USAGE } = await import("./options.ts");
  const given = readArguments(process.argv.slice(2));
  if ("problem" in given) {
    console.error(`${given.problem}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (given.wantsHelp) {
    console.log(USAGE);
  } else {
    const { main } = await import("./main.ts");
    await main();
  }
}
