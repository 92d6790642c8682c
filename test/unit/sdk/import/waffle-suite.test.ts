import { describe, expect, it } from "vitest";
import { importProject, type ImportOptions } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { notedPlaces } from "../../../support/import/noted-places.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  flag: string;
  request: unknown;
  expected: boolean;
}

interface Row {
  model: string;
  fields: Record<string, unknown>;
}

const { dump, cases } = readJson("waffle/cases.json") as { dump: Row[]; cases: Case[] };
const project = importProject("waffle", dump);

await prepareToCompileAny();

/** Returns a function that gives waffle's result for a request. */
function waffle(rows: unknown, options: ImportOptions = {}): (flag: string, request: unknown) => unknown {
  const imported = importProject("waffle", rows, options);
  const evaluate = evaluatorOf(imported);
  return (flag, request) => imported.fromResolution(evaluate(flag, imported.toContext(request)), flag);
}

const notesOf = (source: unknown, options?: ImportOptions) => notedPlaces("waffle", source, options);

function flagRow(fields: Record<string, unknown>): Row[] {
  return [{ model: "waffle.flag", fields: { name: "beta", superusers: false, ...fields } }];
}

describe("django-waffle", () => {
  const resultOf = waffle(dump);
  for (const { title, flag, request, expected } of cases) {
    it(title, () => {
      expect(resultOf(flag, request)).toBe(expected);
    });
  }

  it("has 67 cases, and imports every row", () => {
    expect(cases).toHaveLength(67);
    expect(project.flags).toHaveLength(dump.length);
  });

  it("keeps names, kinds and notes", () => {
    const find = (key: string) => project.flags.find((flag) => flag.key === key);
    expect(find("fresh")).toMatchObject({ kind: "flag", description: "As the admin creates it." });
    expect(find("switch_on")).toMatchObject({ kind: "switch", description: "Kept." });
    expect(find("sample_some")).toMatchObject({
      kind: "sample",
      default: { draw: { weights: [["on", 33_300], ["off", 66_700]] } }, // prettier-ignore
    });
  });

  it("serves a percentage to its share of visitors, by their id", () => {
    const visitors = Array.from({ length: 4000 }, (_, i) => `visitor-${i}`);
    const share = visitors.filter((visitor) => resultOf("rollout", { visitor }) === true).length / visitors.length;
    expect(share).toBeGreaterThan(0.23);
    expect(share).toBeLessThan(0.28);
    const isStable = visitors.every((visitor) => resultOf("half", { visitor }) === resultOf("half", { visitor }));
    expect(isStable).toBe(true);
  });

  it("notes the place of each percentage and of each changed key, and nothing else", () => {
    const noted = project.report.entries.filter(({ outcome }) => outcome !== "exact");
    expect(noted.map(({ key, outcome }) => `${key}: ${outcome}`)).toEqual([
      "everyone_off: exact with a note",
      "half: exact with a note",
      "nearly: exact with a note",
      "rollout: exact with a note",
      "staff_or_percent: exact with a note",
      "shared-switch: exact with a note",
      "sample_some: exact with a note",
    ]);
    expect(noted[3]?.notes.map(({ place }) => place)).toEqual(["/16/fields/percent", "/16/fields/rollout"]);
  });

  it("a name that the dump lacks has the default of the settings", () => {
    const settings = { WAFFLE_FLAG_DEFAULT: true, WAFFLE_SWITCH_DEFAULT: "True", WAFFLE_SAMPLE_DEFAULT: true };
    const usedNames = { flags: ["new_flag"], switches: ["new_switch"], samples: ["new_sample"] };
    for (const [options, expected] of [
      [{ settings, usedNames }, true],
      [{ usedNames }, false],
    ] as const) {
      const result = waffle([], options);
      for (const name of ["new_flag", "new_switch", "new_sample"]) expect(result(name, {})).toBe(expected);
      expect(result("another", {})).toBe(expected);
    }
    expect(notesOf([], { usedNames })[0]).toEqual(["new_flag", "exact with a note", ""]);
  });

  it("WAFFLE_OVERRIDE lets the query switch any flag, before everyone", () => {
    const result = waffle(dump, { settings: { WAFFLE_OVERRIDE: true } });
    expect(result("everyone_off", { GET: { everyone_off: "1" } })).toBe(true);
    expect(result("everyone_on", { GET: { everyone_on: "0" } })).toBe(false);
    expect(result("everyone_off", { GET: { half: "1" } })).toBe(false);
    expect(resultOf("everyone_off", { GET: { everyone_off: "1" } })).toBe(false);
  });

  it("WAFFLE_COOKIE and WAFFLE_TEST_COOKIE name the cookies", () => {
    const settings = { WAFFLE_COOKIE: "w_%s", WAFFLE_TEST_COOKIE: "wt_%s" };
    const result = waffle(dump, { settings });
    expect(result("half", { COOKIES: { w_half: "True", dwf_half: "False" } })).toBe(true);
    expect(result("test_me", { COOKIES: { wt_test_me: "True" } })).toBe(true);
  });

  it("reads flags of a project's own model, and names those of a model that it does not know", () => {
    const rows = [{ model: "shop.flag", fields: { name: "own", everyone: true, percent: null } }];
    expect(waffle(rows, { settings: { WAFFLE_FLAG_MODEL: "shop.Flag" } })("own", {})).toBe(true);
    expect(notesOf(rows)).toEqual([["own", "not importable", "/0"]]);
    expect(notesOf([{ model: "auth.group", fields: { name: "editors" } }])).toEqual([]);
  });

  it("refuses by place what it cannot read", () => {
    expect(notesOf(flagRow({ percent: "many" }))).toEqual([["beta", "not importable", "/0/fields/percent"]]);
    expect(notesOf(flagRow({ users: [["a", "b"]] }))).toEqual([["beta", "not importable", "/0/fields/users/0"]]);
    expect(notesOf(flagRow({ name: "two words" }))).toEqual([["two words", "not importable", "/0"]]);
    expect(notesOf([...flagRow({}), ...flagRow({})])[1]).toEqual(["beta", "not importable", "/1"]);
  });

  it("marks a percentage with too many decimals as approximate, and leaves it out", () => {
    const rows = flagRow({ percent: 0.00_05 });
    expect(notesOf(rows)[0]?.slice(0, 2)).toEqual(["beta", "approximate"]);
    expect(importProject("waffle", rows).flags).toEqual([]);
    expect(importProject("waffle", rows, { approximate: true }).flags).toHaveLength(1);
  });
});
