import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  filter: { operator: string; value: unknown };
  properties: object;
  matches: boolean;
}

const { cases } = readJson("posthog/cases.json") as { cases: Case[] };

await prepareToCompileAny();

const flagOf = (key: string, groups: object[], others: object = {}, fields: object = {}) => ({
  key,
  active: true,
  filters: { groups, ...others },
  ...fields,
});

describe("PostHog's filters", () => {
  it.each(
    cases.map((one, i) => ({ ...one, name: `${i}: ${one.filter.operator} ${JSON.stringify(one.filter.value)}` })),
  )("$name gives the expected result", ({ filter, properties, matches }) => {
    const flag = flagOf("flag", [{ properties: [{ ...filter, type: "person" }], rollout_percentage: 100 }]);
    const project = importProject("posthog", { flags: [flag] });
    expect(project.report.entries[0]?.outcome).toMatch(/^exact/);
    const context = project.toContext({ distinctId: "u", personProperties: properties });
    expect(project.fromResolution(evaluatorOf(project)("flag", context), "flag")).toBe(matches);
  });

  it("has at least 50 cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(50);
  });
});

const property = (fields: object) => [{ properties: [{ key: "p", value: "x", ...fields }] }];

describe("the report of an import from PostHog", () => {
  it.each<[string, object, string, string, string]>([
    ["an unknown operator", flagOf("f", property({ operator: "near" })), "not importable", "operator", "near"],
    ["a static cohort", flagOf("f", property({ type: "cohort", value: 7 })), "not importable", "value", "cohort 7"],
    ["a missing flag", flagOf("f", property({ type: "flag", key: "g" })), "not importable", "key", '"g"'],
    [
      "a date in months",
      flagOf("f", property({ operator: "is_date_before", value: "-3m" })),
      "not importable",
      "value",
      "months",
    ],
    [
      "a pattern outside RE2",
      flagOf("f", property({ operator: "regex", value: "(?=a)" })),
      "not importable",
      "value",
      "pattern",
    ],
    ["is_not_set", flagOf("f", property({ operator: "is_not_set" })), "approximate", "operator", "server"],
    ["a holdout", flagOf("f", [], { holdout: { id: 1 } }), "not importable", "holdout", "hash"],
    ["continuity", flagOf("f", [], {}, { ensure_experience_continuity: true }), "approximate", "continuity", "kept"],
    ["an unknown group type", flagOf("f", [{}], { aggregation_group_type_index: 3 }), "not importable", "groups", "3"],
    ["payloads", flagOf("f", [], { payloads: { true: "1" } }), "exact with a note", "payloads", "not imported"],
  ])("%s is reported with its place", (_, flag, outcome, place, text) => {
    const entry = importProject("posthog", { flags: [flag] }).report.entries[0];
    expect(entry).toMatchObject({ outcome });
    expect(entry?.notes[0]?.place).toContain(place);
    expect(entry?.notes[0]?.text).toContain(text);
  });

  it("a source of any other shape imports nothing and does not throw", () => {
    for (const source of [null, 1, "x", [], { flags: 1 }, { flags: [null, {}] }, { cohorts: [] }])
      expect(importProject("posthog", source).flags).toEqual([]);
  });
});
