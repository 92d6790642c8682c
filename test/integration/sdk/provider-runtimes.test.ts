/** The conformance cases through `burgee/provider` in other runtimes. Node and workerd run them in their own suites. */
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

test("the provider gives the results of the conformance cases in Bun", async () => {
  const bun = join(ROOT, "node_modules/.bin/bun");
  const { stdout } = await promisify(execFile)(bun, ["run", "test/support/provider-conformance-main.ts"], {
    cwd: ROOT,
  });
  expect(JSON.parse(stdout)).toEqual([]);
});
