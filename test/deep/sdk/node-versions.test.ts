/** The package on the oldest Node that it supports, and on the newest of each line. npm installs them. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { describePackage } from "../../support/package/package-suite.ts";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
const VERSIONS = ["20.0.0", "20.20.2", "22.23.3", "24.21.0"];
const INSTALL_MS = 300_000;

let installed: InstalledPackage;
let nodes: string;
beforeAll(async () => {
  installed = await installPackage();
  await copyFile(join(ROOT, "examples/project.yaml"), join(installed.folder, "flags.yaml"));
  nodes = await mkdtemp(join(tmpdir(), "burgee-nodes-"));
}, INSTALL_MS);
afterAll(async () => {
  await installed?.remove();
  await rm(nodes, { recursive: true, force: true });
});

/** The package `node` chooses one of these in a script of its own, which not every npm runs. */
const NAME = `node-${process.platform === "darwin" && process.arch === "arm64" ? "bin-" : ""}${process.platform}-${process.arch}`;
const fileOf = (version: string) => join(nodes, version, "node_modules", NAME, "bin/node");

describe.each(VERSIONS)("on Node %s", (version) => {
  beforeAll(async () => {
    const folder = join(nodes, version);
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), "{}");
    await run("npm", ["install", "--no-audit", "--no-fund", `${NAME}@${version}`], { cwd: folder });
  }, INSTALL_MS);

  test("npm has installed this version", async ({ expect }) => {
    expect((await run(fileOf(version), ["--version"])).stdout).toBe(`v${version}\n`);
  });

  describePackage(
    () => installed,
    () => fileOf(version),
  );
});
