import { describe, expect, it } from "vitest";
import { importProject, SYSTEM_NAMES } from "../../../../sdk/import/index.ts";
import { samples } from "../../../support/import/samples.ts";

type System = (typeof SYSTEM_NAMES)[number];

/** Forms that a system gives out and the import does not read, and a part of the reason. */
const OTHER_FORMS: [system: System, reason: string, source: unknown][] = [
  [
    "unleash",
    "Unleash's export (/api/admin/features-batch/export)",
    {
      features: [{ name: "f", type: "release", project: "default", stale: false, archived: false }],
      featureStrategies: [{ featureName: "f", name: "default", parameters: {}, constraints: [], segments: [] }],
      featureEnvironments: [{ featureName: "f", name: "f", environment: "development", enabled: true }],
      segments: [],
      tagTypes: [],
    },
  ],
  [
    "unleash",
    "Unleash's old export (/api/admin/state/export)",
    { version: 4, features: [{ name: "f" }], strategies: [], featureStrategies: undefined },
  ],
  ["unleash", "Unleash's features for frontends", { toggles: [{ name: "f", enabled: true, variant: {} }] }],
  [
    "growthbook",
    "GrowthBook's list of features",
    { features: [{ id: "f", valueType: "boolean", defaultValue: "false", environments: {} }], limit: 10, total: 1 },
  ],
  ["growthbook", "GrowthBook's encrypted SDK payload", { features: {}, encryptedFeatures: "abc.def" }],
  [
    "split",
    "Split's list of the Admin API",
    { objects: [{ name: "f", trafficType: {}, treatments: [] }], offset: 0, limit: 20, totalCount: 1 },
  ],
  ["split", "a definition of Split's Admin API", { name: "f", treatments: [], defaultRule: [], rules: [] }],
  ["configcat", "ConfigCat's management API", { config: {}, environment: {}, settings: [] }],
  [
    "flagsmith",
    "Flagsmith's list of flags",
    [{ id: 1, feature: { name: "f" }, feature_state_value: null, enabled: true }],
  ],
  ["flagsmith", "Flagsmith's export of features", [{ name: "f", initial_value: null, default_enabled: true }]],
  ["eppo", "it is not Eppo's flag configuration", {}],
  ["waffle", "it is not the fixture of django-waffle", { rows: [] }],
  ["flagd", "it is not flagd's flag definitions", null],
];

describe("an import of another form than the one that is read", () => {
  it.each(OTHER_FORMS)("is refused for %s: %s", (system, reason, source) => {
    const { flags, report } = importProject(system, source);
    expect(flags).toEqual([]);
    expect(report.entries[0]).toMatchObject({ kind: "source", outcome: "not importable", place: "" });
    expect(report.entries[0]?.notes[0]?.text).toContain(reason);
  });

  it("imports no flag of another system's file, and says so", () => {
    for (const system of SYSTEM_NAMES)
      for (const sample of samples()) {
        const areSame = [system, sample.system].every((one) => one === "eppo" || one === "datadog");
        if (areSame || system === sample.system) continue;
        const { flags, report } = importProject(system, sample.source);
        expect({ system, file: sample.system, flags: flags.map(({ key }) => key) }).toMatchObject({ flags: [] });
        expect(report.entries.filter(({ kind }) => kind !== "segment").length).toBeGreaterThan(0);
      }
  });

  it("reports nothing for a project without flags", () => {
    const empty: [System, unknown][] = [
      ["configcat", { p: {}, f: {} }],
      ["eppo", { flags: {} }],
      ["flagd", { flags: {} }],
      ["flagsmith", { api_key: "k", project: {}, feature_states: [] }],
      ["growthbook", { features: {} }],
      ["launchdarkly", { flags: {}, segments: {} }],
      ["posthog", { flags: [] }],
      ["split", { ff: { d: [] } }],
      ["unleash", { features: [] }],
      ["waffle", []],
      ["featurevisor", { features: {} }],
      ["flipt", { flags: [] }],
      ["msfm", { feature_management: { feature_flags: [] } }],
    ];
    for (const [system, source] of empty) expect(importProject(system, source).report.entries).toEqual([]);
  });
});

describe("rows of a source", () => {
  const feature = (name: unknown): object => ({ name, enabled: true, strategies: [] });

  it("reports a row without a key, and a row that another one replaces", () => {
    const features = [feature("f"), feature(undefined), 5, { ...feature("f"), description: "the last" }];
    const { flags, report } = importProject("unleash", { features, segments: [] });
    expect(flags).toMatchObject([{ key: "f", description: "the last" }]);
    expect(report.entries.map(({ key, outcome, place, notes }) => [key, outcome, place, notes[0]?.text])).toEqual([
      ["f", "exact", "/features/3", undefined],
      ["", "not importable", "/features/1/name", "the flag has no name"],
      ["", "not importable", "/features/2", "it is a number, not an object"],
      ["f", "not importable", "/features/0", "/features/3 has the same name, and replaces it"],
    ]);
  });
});
