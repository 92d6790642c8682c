import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  key: string;
  context: unknown;
  expected: unknown;
}

const { datafile, cases } = readJson("featurevisor/cases.json") as { datafile: object; cases: Case[] };

await prepareToCompileAny();

describe("Featurevisor", () => {
  const project = importProject("featurevisor", datafile);
  const evaluate = evaluatorOf(project);

  for (const { title, key, context, expected } of cases) {
    it(title, () => {
      expect(project.fromResolution(evaluate(key, project.toContext(context)), key)).toEqual(expected);
    });
  }

  it("imports every part of the cases' datafile exactly, and notes what else to know", () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    const { entries } = project.report;
    expect(entries.filter(({ outcome }) => !outcome.startsWith("exact"))).toEqual([]);
    const noted = entries.filter(({ kind, notes }) => kind === "flag" && notes.length > 0).map(({ key }) => key);
    expect(noted).toEqual(["gone-segment", "and-ids", "old", "orphan"]);
  });
});

const EVERYONE = [{ key: "all", segments: "*", percentage: 100_000 }];

function one(fields: object, others: object = {}): object {
  return { features: { f: { bucketBy: "userId", traffic: EVERYONE, ...fields } }, ...others };
}

function forcedBy(condition: object): object {
  return one({ force: [{ conditions: [{ attribute: "a", ...condition }], enabled: true }] });
}

function entryOf(source: object, sdk?: string) {
  const { report } = importProject("featurevisor", source, sdk === undefined ? {} : { sdk });
  const [entry] = report.entries.filter(({ outcome }) => outcome !== "exact");
  return { outcome: entry?.outcome ?? "exact", place: entry?.notes[0]?.place, text: entry?.notes[0]?.text };
}

const SEGMENTS = {
  segments: {
    s: { conditions: [{ attribute: "x", operator: "equals", value: 1 }] },
    t: { conditions: [{ attribute: "y", operator: "equals", value: 1 }] },
  },
};
const CONDITION = "/features/f/force/0/conditions/0";

describe("the report of an import from Featurevisor", () => {
  it.each<[string, object, string, string]>([
    ["an unknown operator", forcedBy({ operator: "near", value: 1 }), `${CONDITION}/operator`, '"near"'],
    ["a lookahead", forcedBy({ operator: "matches", value: "(?=a)" }), `${CONDITION}/value`, "pattern"],
    [
      "a flag of patterns",
      forcedBy({ operator: "matches", value: "a", regexFlags: "g" }),
      `${CONDITION}/regexFlags`,
      "RE2",
    ],
    ["a wildcard", forcedBy({ operator: "semverEquals", value: "1.x" }), `${CONDITION}/value`, "wildcards"],
    ["a date in words", forcedBy({ operator: "before", value: "May 5, 2024" }), `${CONDITION}/value`, "ISO 8601"],
    ["exists with a value", forcedBy({ operator: "exists", value: "x" }), `${CONDITION}/value`, "no value"],
    [
      "an attribute of the request",
      forcedBy({ attribute: "request.ip", operator: "exists" }),
      `${CONDITION}/attribute`,
      "request",
    ],
    [
      "an element of a list",
      forcedBy({ attribute: "list.0", operator: "exists" }),
      `${CONDITION}/attribute`,
      "inside a list",
    ],
    [
      "an inherited attribute",
      forcedBy({ attribute: "constructor", operator: "exists" }),
      `${CONDITION}/attribute`,
      "every object",
    ],
    ["a shape that is no condition", one({ force: [{ conditions: [{ nor: [] }] }] }), CONDITION, "neither"],
    ["text that is not JSON", one({ force: [{ conditions: "[" }] }), "/features/f/force/0/conditions", "JSON"],
    ["an unknown bucketBy", one({ bucketBy: { and: ["a"] } }), "/features/f/bucketBy", "neither"],
    ["an attribute that is hashed twice", one({ bucketBy: ["a", "b", "a"] }), "/features/f/bucketBy", "twice"],
    ["a feature without traffic", one({ traffic: undefined }), "/features/f/traffic", "no rules"],
    [
      "a percentage in text",
      one({ traffic: [{ segments: "*", percentage: "5" }] }),
      "/features/f/traffic/0/percentage",
      "number",
    ],
    ["a range without an end", one({ ranges: [[1]] }), "/features/f/ranges/0", "two numbers"],
    [
      "enabled as text",
      one({ force: [{ segments: "*", enabled: "yes" }] }),
      "/features/f/force/0/enabled",
      "true nor false",
    ],
    ["a feature that requires itself", one({ required: ["f"] }), "/features/f/required/0", "require each other"],
    [
      "a variable belongs to no feature",
      { variables: { color: { type: "string" } } },
      "/variables/color",
      "belongs to no feature",
    ],
    [
      "a variable with the key of the variation",
      one({ variations: [{ value: "a" }], variablesSchema: { variation: { type: "string" } } }),
      "/features/f/variablesSchema/variation",
      "key of the variation",
    ],
  ])("%s is not importable", (_, source, place, text) => {
    const entry = entryOf(source);
    expect(entry).toMatchObject({ outcome: "not importable", place });
    expect(entry.text).toContain(text);
  });

  it.each<[string, object, string]>([
    ["a date without an offset", forcedBy({ operator: "after", value: "2024-05-05T10:00:00" }), "local time"],
    [
      "a variable of a feature that requires another",
      one({ required: ["g"], variablesSchema: { v: { type: "string", defaultValue: "" } } }),
      "required feature lacks this variable",
    ],
  ])("%s is approximate", (_, source, text) => {
    const { report } = importProject("featurevisor", source);
    const entry = report.entries.find(({ outcome }) => outcome === "approximate");
    expect(entry?.notes.map((note) => note.text).join()).toContain(text);
  });

  it("parts that SDK 2 and 3 read differently are approximate until --sdk says which", () => {
    const several = one({ traffic: [{ key: "r", segments: { not: ["s", "t"] }, percentage: 100_000 }] }, SEGMENTS);
    expect(entryOf(several)).toMatchObject({ outcome: "approximate", place: "/features/f/traffic/0/segments/not" });
    const results = ["2", "3"].map((sdk) => {
      const project = importProject("featurevisor", several, { sdk });
      const evaluate = evaluatorOf(project);
      return [{}, { x: 1 }, { x: 1, y: 1 }].map((context) => project.fromResolution(evaluate("f", context), "f"));
    });
    expect(results).toEqual([
      [true, false, false],
      [true, true, false],
    ]);
  });

  it("a wrong SDK is named with those that are known", () => {
    const entry = entryOf(one({}), "v2");
    expect(entry).toMatchObject({ outcome: "not importable", place: "/features/f" });
    expect(entry.text).toContain("--sdk can be 2 or 3");
  });

  it("a dependent feature is no more exact than the feature that it requires", () => {
    const { features } = forcedBy({ operator: "after", value: "2024-05-05T10:00:00" }) as { features: object };
    const source = { features: { ...features, g: { bucketBy: "id", traffic: EVERYONE, required: ["f"] } } };
    const outcomes = (approximate: boolean) => importProject("featurevisor", source, { approximate });
    expect(outcomes(false).flags).toEqual([]);
    expect(outcomes(true).report.entries.map(({ outcome }) => outcome)).toEqual(["approximate", "approximate"]);
  });

  it("refuses features that require each other over others, and everything that requires them", () => {
    const requires = (key: string) => ({ bucketBy: "id", traffic: EVERYONE, required: [key] });
    const features = { a: requires("b"), b: requires("c"), c: requires("a"), d: requires("a") };
    const { flags, report } = importProject("featurevisor", { features });
    expect(flags).toEqual([]);
    expect(report.entries.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => "not importable"));
  });

  it("keeps required features as prerequisites, unless a force comes before them", () => {
    const features = { parent: { bucketBy: "id", traffic: EVERYONE } };
    const child = { bucketBy: "id", traffic: EVERYONE, required: ["parent"] };
    const plain = importProject("featurevisor", { features: { ...features, child } });
    expect(plain.flags[1]).toMatchObject({
      prerequisites: [{ flag: "parent", variants: ["on"] }],
      rules: [{ id: "all" }],
    });
    const forced = { ...child, force: [{ segments: "*", enabled: true }] };
    const { flags } = importProject("featurevisor", { features: { ...features, child: forced } });
    expect(flags[1]).toMatchObject({
      prerequisites: [],
      rules: [{ id: "force-1" }, { id: "required" }, { id: "all" }],
    });
  });

  it("keeps segments, and gives those with other characters a valid key", () => {
    const segments = { "big spenders": { conditions: "*" } };
    const traffic = [{ key: "r", segments: "big spenders", percentage: 100_000 }];
    const project = importProject("featurevisor", one({ traffic }, { segments }));
    expect(project.segments).toMatchObject([{ key: "_big-spenders", name: "big spenders" }]);
    expect(project.flags[0]?.rules[0]?.when).toEqual({ segment: "_big-spenders" });
  });

  it("reads datafiles of schema version 1, in which features, segments and variables are lists", () => {
    const variables = [{ key: "v", value: "red", overrides: [{ segments: "s", value: "blue" }] }];
    const source = {
      schemaVersion: "1",
      segments: [{ key: "s", conditions: '[{"attribute":"x","operator":"equals","value":1}]' }],
      features: [
        {
          key: "f",
          bucketBy: "userId",
          traffic: [{ key: "r", segments: "*", percentage: 100_000, variation: "a" }],
          variablesSchema: [{ key: "v", type: "string", defaultValue: "none" }],
          variations: [{ value: "a", variables }],
        },
      ],
    };
    const project = importProject("featurevisor", source);
    const result = (key: string, context: object) =>
      project.fromResolution(evaluatorOf(project)(key, project.toContext(context)), key);
    expect(project.report.entries.map(({ place }) => place)).toEqual([
      "/features/0",
      "/features/0/variations",
      "/features/0/variablesSchema/0",
      "/segments/0",
    ]);
    expect([result("f:v", {}), result("f:v", { x: 1 }), result("f:variation", {})]).toEqual(["red", "blue", "a"]);
  });

  it("a rule's overrides of variables count for SDK 3 only", () => {
    const rule = {
      key: "r",
      segments: "*",
      percentage: 100_000,
      variableOverrides: { v: [{ segments: "s", value: 2 }] },
    };
    const source = one({ traffic: [rule], variablesSchema: { v: { type: "integer", defaultValue: 1 } } }, SEGMENTS);
    const results = ["2", "3"].map((sdk) => {
      const project = importProject("featurevisor", source, { sdk });
      return project.fromResolution(evaluatorOf(project)("f:v", { x: 1 }), "f:v");
    });
    expect(results).toEqual([1, 2]);
  });

  it("a source of any other shape imports nothing and does not throw", () => {
    for (const source of [null, 1, "x", [], { features: 1 }, { features: [null, {}] }, { features: { f: null } }])
      expect(importProject("featurevisor", source).flags).toEqual([]);
  });
});
