import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");

test("the command runs the sources in a clone, with npx and with npm run", async ({ expect }) => {
  const { stdout } = await run("npx", ["--offline", "burgee", "--version"], { cwd: ROOT });
  expect(stdout).toBe(`${manifest.version}\n`);
  const { stdout: ran } = await run("npm", ["run", "--silent", "burgee", "--", "--version"], { cwd: ROOT });
  expect(ran).toBe(`${manifest.version}\n`);
});
