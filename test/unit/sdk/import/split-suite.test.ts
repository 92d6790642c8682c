import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { notedPlaces } from "../../../support/import/noted-places.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  flag: string;
  key: unknown;
  attributes: unknown;
  expected: unknown;
}

const { definitions, cases } = readJson("split/cases.json") as { definitions: { ff: { d: object[] } }; cases: Case[] };

await prepareToCompileAny();

const notesOf = (source: unknown) => notedPlaces("split", source);

function splitWith(fields: object): object {
  return { ff: { d: [{ name: "one", seed: 1, defaultTreatment: "off", conditions: [], ...fields }] } };
}

function conditionWith(matcher: object, partitions = [{ treatment: "on", size: 100 }]): object {
  return { conditions: [{ matcherGroup: { matchers: [matcher] }, partitions }] };
}

describe("Split", () => {
  const project = importProject("split", definitions);
  const evaluate = evaluatorOf(project);

  for (const { title, flag, key, attributes, expected } of cases) {
    it(title, () => {
      const resolution = evaluate(flag, project.toContext({ key, attributes }));
      expect(project.fromResolution(resolution, flag)).toEqual(expected);
    });
  }

  it("imports every flag, and notes attributes and flags that give one result to everybody", () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
    expect(project.flags).toHaveLength(definitions.ff.d.length);
    const others = project.report.entries.flatMap(({ key, outcome, notes }) =>
      outcome !== "exact" && notes.some(({ place }) => !place.endsWith("/keySelector/attribute")) ? key : [],
    );
    expect(others).toEqual(["killed", "archived", "unknown", "requires", "requires_gone"]);
  });

  it("gives control for a key that Split refuses", () => {
    for (const key of [undefined, "", "  ", "k".repeat(251), { matchingKey: "ada" }])
      for (const flag of ["all_keys", "not_plans", "split", "traffic"]) {
        const resolution = evaluate(flag, project.toContext({ key, attributes: {} }));
        expect(project.fromResolution(resolution, flag)).toEqual({ treatment: "control", config: null });
      }
    const tooLong = { targetingKey: "k".repeat(251) };
    expect(project.fromResolution(evaluate("all_keys", tooLong), "all_keys")).toMatchObject({ treatment: "control" });
  });

  it("refuses flags that depend on each other, whose evaluation never ends in Split", () => {
    const dependsOn = (split: string): object => ({
      ...conditionWith({ matcherType: "IN_SPLIT_TREATMENT", dependencyMatcherData: { split, treatments: ["on"] } }),
      defaultTreatment: "off",
      seed: 1,
    });
    const source = {
      ff: {
        d: [
          { name: "a", ...dependsOn("b") },
          { name: "b", ...dependsOn("a") },
        ],
      },
    };
    const { report, flags } = importProject("split", source);
    expect(flags).toEqual([]);
    expect(report.entries.map(({ notes }) => notes[0]?.text)).toEqual([
      'it depends on itself: on flag "b", which depends on flag "a"',
      'it depends on itself: on flag "a", which depends on flag "b"',
    ]);
  });

  it("refuses a flag with a rule-based segment if the source has none of those", () => {
    const matcher = { matcherType: "IN_RULE_BASED_SEGMENT", userDefinedSegmentMatcherData: { segmentName: "pros" } };
    expect(notesOf(splitWith(conditionWith(matcher)))[0]).toEqual([
      "one",
      "not importable",
      "/ff/d/0/conditions/0/matcherGroup/matchers/0",
    ]);
  });

  it("notes a list in an attribute that is compared as text", () => {
    const matcher = {
      matcherType: "STARTS_WITH",
      keySelector: { attribute: "plan" },
      whitelistMatcherData: { whitelist: ["a"] },
    };
    const [entry] = importProject("split", splitWith(conditionWith(matcher))).report.entries;
    expect(entry?.notes[0]?.text).toContain('"plan": Split reads a list as its elements');
  });

  it("reads the older form of the definitions and responses of /segmentChanges", () => {
    const matcher = { matcherType: "IN_SEGMENT", userDefinedSegmentMatcherData: { segmentName: "beta" } };
    const splits = [{ name: "one", seed: 1, defaultTreatment: "off", ...conditionWith(matcher) }];
    const old = importProject("split", { splits, segments: [{ name: "beta", added: ["ada"] }] });
    const result = (key: string) => evaluatorOf(old)("one", old.toContext({ key }));
    expect(result("ada")).toMatchObject({ value: "on" });
    expect(result("bob")).toMatchObject({ value: "off" });
  });

  it("refuses by place what has no exact form", () => {
    const place = "/ff/d/0/conditions/0/matcherGroup/matchers/0";
    const refused = [
      [conditionWith({ matcherType: "PART_OF_SET" }), `${place}/matcherType`],
      [conditionWith({ matcherType: "EQUAL_TO_SET" }), `${place}/matcherType`],
      [conditionWith({ matcherType: "IN_LARGE_SEGMENT" }), `${place}/matcherType`],
      [conditionWith({ matcherType: "IN_SEGMENT" }), place],
      [
        conditionWith({ matcherType: "IN_SPLIT_TREATMENT", keySelector: { attribute: "parent" } }),
        `${place}/keySelector/attribute`,
      ],
      [conditionWith({ matcherType: "MATCHES_STRING", stringMatcherData: "(?=a)" }), `${place}/stringMatcherData`],
      [conditionWith({ matcherType: "ALL_KEYS" }, []), "/ff/d/0/conditions/0/partitions"],
      [{ algo: 1 }, "/ff/d/0/algo"],
      [{ prerequisites: [{ n: "x", ts: ["control"] }] }, "/ff/d/0/prerequisites/0/ts"],
    ] as const;
    for (const [fields, where] of refused) {
      expect(notesOf(splitWith(fields))).toEqual([["one", "not importable", where]]);
      expect(importProject("split", splitWith(fields)).flags).toEqual([]);
    }
  });
});
