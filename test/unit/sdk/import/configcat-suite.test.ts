import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Suite {
  config: { f: Record<string, object>; s: object[] };
  cases: Record<string, [user: object | null, value: unknown][]>;
}

const { config, cases } = readJson("configcat/cases.json") as Suite;
const project = importProject("configcat", config);

await prepareToCompileAny();

describe("ConfigCat's config JSON", () => {
  const evaluate = evaluatorOf(project);
  for (const [setting, users] of Object.entries(cases)) {
    it(`${setting}: the imported flag gives the expected values`, () => {
      const values = users.map(([user]) => [
        user,
        project.fromResolution(evaluate(setting, project.toContext(user ?? undefined)), setting) ?? null,
      ]);
      expect(values).toEqual(users);
    });
  }

  it("has at least 50 cases, and imports every setting and segment exactly", () => {
    expect(Object.values(cases).flat().length).toBeGreaterThanOrEqual(50);
    expect(project.report.entries.filter(({ outcome }) => !outcome.startsWith("exact"))).toEqual([]);
    expect(project.flags).toHaveLength(Object.keys(config.f).length);
    expect(project.segments.map(({ key, name }) => [key, name])).toEqual([
      ["Beta-users", "Beta users"],
      ["Grown-up-Germans", "Grown-up Germans"],
    ]);
  });
});

const served = (value: unknown) => ({ v: { b: value }, i: String(value) });
const setting = (rules: object[], others: object = {}) => ({ t: 0, ...served(false), r: rules, ...others });
const importOne = (flag: object, others: object = {}) =>
  importProject("configcat", { p: { s: "salt" }, f: { flag }, ...others }).report.entries[0];
const rule = (...c: object[]) => ({ c, s: served(true) });

describe("the report of an import from ConfigCat", () => {
  it.each<[string, object | undefined, object, string, string]>([
    ["a config JSON of version 5", { v: true, t: 0, i: "x" }, {}, "/f/flag/v", "config_v6.json"],
    ["an unknown comparator", setting([rule({ u: { a: "Email", c: 36, s: "x" } })]), {}, "/f/flag/r/0/c/0/u/c", "36"],
    ["a missing segment", setting([rule({ s: { s: 3, c: 0 } })]), {}, "/f/flag/r/0/c/0/s/s", "segment 3"],
    [
      "a missing prerequisite",
      setting([rule({ p: { f: "x", c: 0, v: { b: true } } })]),
      {},
      "/f/flag/r/0/c/0/p/f",
      "x",
    ],
    [
      "a prerequisite that is the setting itself",
      setting([rule({ p: { f: "flag", c: 0, v: { b: true } } })]),
      {},
      "/f/flag/r/0/c/0/p",
      "require each other",
    ],
    ["a value of another type", setting([{ c: [], s: { v: { s: "x" } } }]), {}, "/f/flag/r/0/s/v", "type"],
    [
      "hashed values without a salt",
      setting([rule({ u: { a: "Email", c: 20, s: "x" } })]),
      { p: {} },
      "/f/flag/r/0/c/0/u",
      "salt",
    ],
  ])("%s is not importable, and the report names its place", (_, flag, others, place, text) => {
    const entry = importOne(flag ?? {}, others);
    expect(entry).toMatchObject({ outcome: "not importable", notes: [{ place }] });
    expect(entry?.notes[0]?.text).toContain(text);
  });

  it("an attribute that is compared both as a list and as text makes the flag approximate", () => {
    const conditions = [{ u: { a: "tags", c: 34, l: ["x"] } }, { u: { a: "tags", c: 28, s: "x" } }];
    expect(importOne(setting([rule(...conditions)]))).toMatchObject({ outcome: "approximate" });
  });

  it("a source of any other shape imports nothing and does not throw", () => {
    for (const source of [null, 1, "x", [], { f: 1 }, { f: { a: null } }, { s: [null] }])
      expect(importProject("configcat", source).flags).toEqual([]);
  });
});
