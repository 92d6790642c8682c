#!/usr/bin/env node
// Plain JavaScript, so that a Node that is too old for the rest can run it and print this message.
import { existsSync } from "node:fs";

// A clone runs the sources, so that an edit has an effect without a build. The package contains only the bundle.
const isClone = existsSync(new URL("run.ts", import.meta.url));
const needed = isClone ? "22.18" : "20";
const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  const hint = isClone ? " In a clone, npx burgee … uses one that npm installed." : "";
  console.error(`burgee needs Node ${needed} or newer; this is ${process.version}.${hint}`);
  process.exitCode = 2;
} else {
  await import(isClone ? "./run.ts" : "../dist/cli.js");
}
