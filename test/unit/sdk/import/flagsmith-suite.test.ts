import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Suite {
  source: { feature_states: object[]; project: { segments: { rules: object[] }[] } };
  cases: { flag: string; context: object; expected: object }[];
}

const { source, cases } = readJson("flagsmith/cases.json") as Suite;

await prepareToCompileAny();

/** Returns an environment whose only feature has an override for a segment with one condition. */
function environment(condition: object, rule: object = {}, others: object = {}): object {
  const state = { feature: { id: 1, name: "f" }, enabled: true, django_id: 1, feature_state_value: "on" };
  const rules = [{ type: "ALL", conditions: [condition], rules: [], ...rule }];
  const segment = { id: 1, name: "s", rules, feature_states: [{ ...state, feature_segment: { priority: 1 } }] };
  return { api_key: "k", name: "e", project: { segments: [segment] }, feature_states: [{ ...state, ...others }] };
}

const CONDITION = "/project/segments/0/rules/0/conditions/0";

describe("Flagsmith's environment document", () => {
  const project = importProject("flagsmith", source, { approximate: true });
  const evaluate = evaluatorOf(project);

  it.for(cases)("$flag with $context", ({ flag, context, expected }) => {
    expect(project.fromResolution(evaluate(flag, project.toContext(context)), flag)).toEqual(expected);
  });

  it("has at least 50 cases with every operator, and every feature and segment is imported", () => {
    expect(cases.length).toBeGreaterThanOrEqual(50);
    expect(project.flags).toHaveLength(source.feature_states.length);
    expect(project.segments).toHaveLength(source.project.segments.length);
    const operators = new Set(JSON.stringify(source).match(/(?<="operator":")\w+/g));
    expect([...operators].sort().join(" ")).toBe(
      "CONTAINS EQUAL GREATER_THAN GREATER_THAN_INCLUSIVE IN IS_NOT_SET IS_SET LESS_THAN LESS_THAN_INCLUSIVE " +
        "MODULO NOT_CONTAINS NOT_EQUAL PERCENTAGE_SPLIT REGEX",
    );
  });

  it("only segments with MODULO, and features that use them, are approximate", () => {
    const approximate = project.report.entries.filter(({ outcome }) => outcome === "approximate");
    expect(approximate.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      "flag modulo",
      "flag modulo-decimal",
      "segment _of-modulo",
      "segment _of-modulo-decimal",
    ]);
  });
});

describe("the report of an import from Flagsmith", () => {
  const trait = { operator: "EQUAL", value: "1" };

  it.for([
    { name: "an unknown operator", condition: { operator: "NEAR", property_: "t" }, place: "" },
    { name: "a trait named targetingKey", condition: { ...trait, property_: "targetingKey" }, place: "/property_" },
    { name: "a trait named request", condition: { ...trait, property: "request" }, place: "/property" },
    {
      name: "a path to a trait named request",
      condition: { ...trait, property_: "$.identity.traits.request" },
      place: "/property_",
    },
    { name: "the environment's name", condition: { ...trait, property_: "$.environment.name" }, place: "/property_" },
    {
      name: "a split by the environment's key",
      condition: { operator: "PERCENTAGE_SPLIT", property_: "$.environment.key", value: "50" },
      place: "/property_",
    },
    { name: "another path", condition: { ...trait, property_: "$.features.f.value" }, place: "/property_" },
    { name: "the identity's key", condition: { ...trait, property_: "$.identity.key" }, place: "/property_" },
    { name: "a pattern outside RE2", condition: { operator: "REGEX", property_: "t", value: "(?=a)" }, place: "" },
    { name: "a divisor below 0", condition: { operator: "MODULO", property_: "t", value: "-2|0" }, place: "" },
  ])("$name is refused by name and place", ({ condition, place }) => {
    const { flags, segments, report } = importProject("flagsmith", environment(condition));
    expect([flags, segments]).toEqual([[], []]);
    const [flag, segment] = report.entries;
    expect(flag?.notes.map(({ text }) => text)).toEqual(['it refers to segment "s", which is not imported']);
    expect(segment).toMatchObject({ kind: "segment", key: "s", outcome: "not importable" });
    expect(segment?.notes.map((note) => note.place)).toEqual([CONDITION + place]);
  });

  it("an unknown type of a rule is refused by name and place", () => {
    const { report } = importProject("flagsmith", environment({ ...trait, property_: "t" }, { type: "SOME" }));
    expect(report.entries[1]?.notes).toEqual([
      { place: "/project/segments/0/rules/0/type", text: 'the type "SOME" of a rule is not known' },
    ]);
  });

  it("a multivariate value without an id is refused by name and place", () => {
    const values = [{ percentage_allocation: 5, multivariate_feature_option: { value: "a" } }];
    const source = environment({ ...trait, property_: "t" }, {}, { multivariate_feature_state_values: values });
    const [flag] = importProject("flagsmith", source).report.entries;
    expect(flag).toMatchObject({ key: "f", outcome: "not importable" });
    expect(flag?.notes.map(({ place }) => place)).toEqual(["/feature_states/0/multivariate_feature_state_values/0"]);
  });

  it("MODULO is imported only if approximate results are allowed", () => {
    const source = environment({ operator: "MODULO", property_: "t", value: "2|0" });
    const { flags, report } = importProject("flagsmith", source);
    expect(flags).toEqual([]);
    expect(report.entries[1]).toMatchObject({ outcome: "approximate", notes: [{ place: CONDITION }] });
    expect(importProject("flagsmith", source, { approximate: true }).flags).toHaveLength(1);
  });

  it("an override for an identifier with a comma is approximate", () => {
    const identity_features = [{ feature: { name: "f" }, enabled: false, django_id: 2, feature_state_value: null }];
    const identity_overrides = [{ identifier: "a,b", identity_features }];
    const source = { ...environment({ ...trait, property_: "t" }), identity_overrides };
    const [flag] = importProject("flagsmith", source).report.entries;
    expect(flag).toMatchObject({ key: "f", outcome: "approximate" });
    expect(flag?.notes.map(({ place }) => place)).toEqual(["/identity_overrides/0/identity_features/0"]);
  });
});
