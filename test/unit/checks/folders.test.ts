import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "vitest";

const CHECK = resolve(import.meta.dirname, "../../../dev/checks/folders.ts");

test.for([
  ["src/http", 21, "src/http has 21 files; the limit is 20"],
  ["test/unit", 21, "test/unit has 21 files; the limit is 20"],
  ["src/http", 20, undefined],
  ["docs/images", 21, undefined],
] as const)("the folder %s with %i files: %s", ([folder, count, message], { expect, onTestFinished }) => {
  const root = mkdtempSync(join(tmpdir(), "burgee-folders-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  mkdirSync(join(root, folder), { recursive: true });
  for (let index = 0; index < count; index++) writeFileSync(join(root, folder, `${index}.ts`), "");
  const { status, stderr } = spawnSync(process.execPath, [CHECK, root], { encoding: "utf8" });
  expect(status).toBe(message === undefined ? 0 : 1);
  expect(stderr).toContain(message ?? "");
});
