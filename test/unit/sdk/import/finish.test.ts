import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";

/** A Flagsmith segment whose only condition is a remainder, which is approximate. */
function remainderSegment(id: number, name: string, states: object[] = []): object {
  const conditions = [{ operator: "MODULO", property_: "age", value: "2|0" }];
  return { id, name, rules: [{ type: "ALL", conditions, rules: [] }], feature_states: states };
}

function stateOf(name: string, value: string): object {
  return { feature: { name }, enabled: true, feature_state_value: value, django_id: 1 };
}

const FLAGSMITH = {
  api_key: "env",
  project: { segments: [remainderSegment(1, "even", [stateOf("banner", "blue")])] },
  feature_states: [stateOf("banner", "red"), stateOf("search", "on")],
};

function outcomes(source: unknown, approximate: boolean, system: "flagsmith" | "posthog" = "flagsmith") {
  const { report, flags, segments } = importProject(system, source, { approximate });
  return {
    outcomes: Object.fromEntries(report.entries.map(({ kind, key, outcome }) => [`${kind} ${key}`, outcome])),
    notes: report.entries.flatMap(({ key, notes }) => notes.map(({ text }) => `${key}: ${text}`)),
    imported: [...segments, ...flags].map(({ key }) => key),
  };
}

describe("an import with approximate parts", () => {
  it("calls a flag approximate if it uses an approximate segment, and names the segment", () => {
    const all = outcomes(FLAGSMITH, true);
    expect(all.outcomes).toEqual({
      "flag banner": "approximate",
      "flag search": "exact",
      "segment even": "approximate",
    });
    expect(all.notes).toContain('banner: it refers to segment "even", which is approximate');
    expect(all.imported).toEqual(["even", "banner", "search"]);
  });

  it("leaves out such a flag, and still calls it approximate, without the option", () => {
    const some = outcomes(FLAGSMITH, false);
    expect(some.outcomes["flag banner"]).toBe("approximate");
    expect(some.imported).toEqual(["search"]);
  });

  it("calls a flag approximate through a chain of prerequisites", () => {
    const group = (...properties: object[]): object => ({ groups: [{ properties, rollout_percentage: 100 }] });
    const flagOf = (key: string, filters: object): object => ({ key, active: true, filters });
    const needs = (key: string): object => ({ type: "flag", key, operator: "flag_evaluates_to", value: true });
    const unset = { key: "plan", operator: "is_not_set", type: "person" };
    const source = {
      flags: [flagOf("c", group(needs("b"))), flagOf("b", group(needs("a"))), flagOf("a", group(unset))],
      group_type_mapping: {},
      cohorts: {},
    };
    const { outcomes: found, imported, notes } = outcomes(source, false, "posthog");
    expect(found).toEqual({ "flag a": "approximate", "flag b": "approximate", "flag c": "approximate" });
    expect(notes).toContain('c: it refers to flag "b", which is approximate');
    expect(imported).toEqual([]);
  });
});
