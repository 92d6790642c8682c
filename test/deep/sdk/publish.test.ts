/** The two packages as npm would publish them. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, test } from "vitest";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed?.remove());

/** The only warning of npm that is not about the package. */
const NOT_LOGGED_IN = /requires you to be logged in/;

async function warningsOf(folder: string, args: readonly string[]): Promise<string[]> {
  const { stderr } = await run("npm", ["publish", "--dry-run", ...args], { cwd: folder });
  return stderr.split("\n").filter((line) => /^npm (?:warn|error)/i.test(line) && !NOT_LOGGED_IN.test(line));
}

test("npm would publish burgee without a warning", async ({ expect }) => {
  expect(await warningsOf(installed.folder, [installed.tarball])).toEqual([]);
});

test("npm would publish create-burgee without a warning", async ({ expect }) => {
  expect(await warningsOf(join(ROOT, "create-burgee"), [])).toEqual([]);
});

test("both packages have one version, and say where they come from", async ({ expect }) => {
  const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), "utf8")) as Record<string, unknown>;
  const [burgee, create] = await Promise.all([read("package.json"), read("create-burgee/package.json")]);
  expect(create["dependencies"]).toEqual({ burgee: burgee?.["version"] });
  for (const name of ["version", "license", "homepage", "bugs", "engines"])
    expect(create[name]).toEqual(burgee?.[name]);
  for (const { private: isPrivate, repository, keywords, description } of [burgee!, create])
    expect([isPrivate, repository, keywords, description]).toEqual([
      undefined,
      expect.objectContaining({ url: "git+https://github.com/your-organisation/burgee.git" }),
      expect.arrayContaining(["feature-flags"]),
      expect.any(String),
    ]);
});
