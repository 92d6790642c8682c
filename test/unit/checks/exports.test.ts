import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { findDuplicates, findUnused, readModule } from "../../../dev/checks/exports.ts";
import { ROOT, trackedFiles } from "../../../dev/checks/tracked.ts";

const read = (files: Record<string, string>) => Object.entries(files).map(([path, text]) => readModule(path, text));

describe("the exports of src", () => {
  const paths = trackedFiles().filter((path) => /\.tsx?$/.test(path) && !/^(?:test|bench)\//.test(path));
  const modules = paths.map((path) => ({ path, ...readModule(path, readFileSync(join(ROOT, path), "utf8")) }));
  const src = modules.filter(({ path }) => path.startsWith("src/"));

  it("have one name each", ({ expect }) => {
    expect(findDuplicates(src)).toEqual([]);
  });

  it("are used outside of tests and benchmarks", ({ expect }) => {
    expect(findUnused(src, modules)).toEqual([]);
  });
});

describe("findDuplicates", () => {
  it("finds a name that two files export, in whatever way", ({ expect }) => {
    const modules = read({
      "a.ts": "export const same = 1; export function other() {}",
      "b.ts": "const local = 2; export { local as same };",
      "c.ts": "export interface Kind {}",
      "d.ts": "export type Kind = string; const other = 1;",
    });
    expect(findDuplicates(modules)).toEqual(["same: a.ts, b.ts", "Kind: c.ts, d.ts"]);
  });
});

describe("findUnused", () => {
  it("finds values that no file imports", ({ expect }) => {
    const modules = read({
      "src/a.ts": "export const used = 1; export const unused = 2; export class Unused {} export default used;",
      "src/deep/b.ts": 'import { used as renamed } from "../a.ts"; export const b = renamed;',
    });
    expect(findUnused(modules, modules)).toEqual([
      "src/a.ts: unused",
      "src/a.ts: Unused",
      "src/a.ts: default",
      "src/deep/b.ts: b",
    ]);
  });

  it("leaves out types and values with an explanation", ({ expect }) => {
    const modules = read({
      "src/a.ts": `
        export type Kind = string;
        export interface Shape {}
        /** The list. Exported for the tool that reads it. */
        export const list = [];
        /** The other list. */
        export const other = [];`,
    });
    expect(findUnused(modules, modules)).toEqual(["src/a.ts: other"]);
  });

  it("counts re-exports, namespaces and dynamic imports as uses", ({ expect }) => {
    const modules = read({
      "src/a.ts": "export const a = 1;",
      "src/b.ts": "export const b = 1;",
      "src/c.ts": "export const c = 1;",
      "main.ts": 'export { a } from "./src/a.ts"; import * as b from "./src/b.ts"; void import("./src/c.ts"); void b;',
    });
    expect(findUnused(modules.slice(0, 3), modules)).toEqual([]);
  });
});
