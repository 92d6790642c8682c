import { describe, expect, it } from "vitest";
import { importProject, type ImportOptions } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { notedPlaces } from "../../../support/import/noted-places.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Case {
  title: string;
  flag: string;
  context: unknown;
  now: string;
  expected: unknown;
}

const { source, cases } = readJson("msfm/cases.json") as {
  source: { feature_management: { feature_flags: { id: string }[] } };
  cases: Case[];
};

await prepareToCompileAny();

describe("Microsoft FeatureManagement", () => {
  const project = importProject("msfm", source);
  for (const { title, flag, context, now, expected } of cases) {
    it(title, () => {
      const resolution = evaluatorOf(project, Date.parse(now))(flag, project.toContext(context));
      expect(project.fromResolution(resolution, flag)).toEqual(expected);
    });
  }

  it("imports every flag, and notes those with something that is never served", () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
    const ids = new Set(source.feature_management.feature_flags.map(({ id }) => id));
    expect(project.flags).toHaveLength(ids.size);
    const noted = project.report.entries.filter(({ outcome }) => outcome !== "exact");
    expect(noted.map(({ key, outcome }) => `${key}: ${outcome}`)).toEqual([
      "no-times: exact with a note",
      "reversed: exact with a note",
      "gone: exact with a note",
      "same-id: not importable",
    ]);
  });
});

/** Returns the results of a source's flags for one context. */
function resultsOf(from: unknown, context: unknown = {}, options: ImportOptions = {}): Record<string, unknown> {
  const project = importProject("msfm", from, options);
  const evaluate = evaluatorOf(project);
  const results = project.flags.map(({ key }) => [
    key,
    project.fromResolution(evaluate(key, project.toContext(context)), key),
  ]);
  return Object.fromEntries(results) as Record<string, unknown>;
}

const notesOf = (source: unknown, options?: ImportOptions) => notedPlaces("msfm", source, options);

const flagsOf = (...flags: object[]) => ({ feature_management: { feature_flags: flags } });
const filtered = (name: string, parameters: object = {}, others: object = {}) =>
  flagsOf({ id: "one", enabled: true, conditions: { client_filters: [{ name, parameters }] }, ...others });
const FILTER = "/feature_management/feature_flags/0/conditions/client_filters/0";

describe("the forms in which Microsoft's tools store flags", () => {
  it("reads the older schema of .NET, in every spelling of the export", () => {
    const targeting = { Name: "Microsoft.Targeting", Parameters: { Audience: { Users: ["ada"] } } };
    const spellings = [
      ["FeatureManagement", "EnabledFor", "RequirementType"],
      ["featureManagement", "enabledFor", "requirementType"],
      ["feature-management", "enabled-for", "requirement-type"],
      ["feature_management", "enabled_for", "requirement_type"],
    ] as const;
    for (const [section, enabledFor, requirementType] of spellings) {
      const flags = {
        yes: true,
        text: "True",
        no: false,
        empty: { [enabledFor]: [] },
        always: { [enabledFor]: [{ Name: "AlwaysOn" }] },
        ada: {
          [requirementType]: "All",
          [enabledFor]: [targeting, { name: "targeting", parameters: targeting.Parameters }],
        },
        stopped: { Status: "Disabled", [enabledFor]: [{ Name: "AlwaysOn" }] },
      };
      const [on, off] = [{ enabled: true }, { enabled: false }];
      const results = { yes: on, text: on, no: off, empty: off, always: on, ada: on, stopped: off };
      expect(resultsOf({ [section]: flags }, { userId: "ada" })).toEqual(results);
      expect(resultsOf({ [section]: flags }, { userId: "bob" })).toEqual({ ...results, ada: off });
    }
  });

  it("reads variants in the older schema", () => {
    const big = { Name: "Big", ConfigurationValue: 5 };
    const flag = {
      EnabledFor: [{ Name: "AlwaysOn" }],
      Variants: [big],
      Allocation: { User: [{ Variant: "Big", Users: ["ada"] }] },
    };
    const expected = { size: { enabled: true, variant: { name: "Big", configuration: 5 } } };
    expect(resultsOf({ FeatureManagement: { size: flag } }, { userId: "ada" })).toEqual(expected);
  });

  const item = (id: string, label: string | null, enabled: boolean, tags = {}) => ({
    key: `.appconfig.featureflag/${id}`,
    value: JSON.stringify({ id, enabled, description: "d", display_name: "n", conditions: { client_filters: [] } }),
    label,
    content_type: "application/vnd.microsoft.appconfig.ff+json;charset=utf-8",
    tags,
  });

  it("reads the key-values of Azure App Configuration, with description and tags", () => {
    const items = [item("a", null, true, { team: "web" }), { key: "color", value: "red" }];
    for (const source of [{ items }, items]) {
      const project = importProject("msfm", source);
      expect(project.flags).toMatchObject([{ key: "a", enabled: true, description: "n: d", tags: ["team:web"] }]);
    }
    expect(notesOf({ items: [{ key: ".appconfig.featureflag/a", value: "{" }] })).toEqual([
      ["a", "not importable", "/items/0/value"],
    ]);
  });

  it("a label chooses among key-values, and the others are named", () => {
    const items = [item("a", null, false), item("a", "prod", true)];
    expect(resultsOf({ items }, {}, { environment: "prod" })).toEqual({ a: { enabled: true } });
    expect(resultsOf({ items: items.slice(1) })).toEqual({ a: { enabled: true } });
    expect(resultsOf({ items })).toEqual({ a: { enabled: false } });
    expect(notesOf({ items })).toEqual([
      ["a", "exact"],
      ["a@prod", "not importable", "/items/1/value"],
    ]);
  });
});

describe("the report of an import from Microsoft FeatureManagement", () => {
  const window = { Start: "2030-05-06T09:00:00Z", End: "2030-05-06T17:00:00Z" };
  const pattern = (Pattern: object, Range: object = { Type: "NoEnd" }) =>
    filtered("Microsoft.TimeWindow", { ...window, Recurrence: { Pattern, Range } });
  const audience = (Audience: object) => filtered("Microsoft.Targeting", { Audience });
  const variant = (one: object) => flagsOf({ id: "one", enabled: true, variants: [one] });
  const allocated = (allocation: object) =>
    flagsOf({ id: "one", enabled: true, variants: [{ name: "a" }], allocation });
  const VARIANT = "/feature_management/feature_flags/0/variants/0";

  it.each<[string, object, string]>([
    ["a filter of one's own", filtered("Browser"), `${FILTER}/name`],
    ["a filter without an audience", filtered("Microsoft.Targeting"), `${FILTER}/parameters`],
    [
      "a percentage above 100",
      audience({ DefaultRolloutPercentage: 101 }),
      `${FILTER}/parameters/Audience/DefaultRolloutPercentage`,
    ],
    ["a group without a name", audience({ Groups: [{}] }), `${FILTER}/parameters/Audience/Groups/0`],
    ["a date in words", filtered("Microsoft.TimeWindow", { Start: "tomorrow" }), `${FILTER}/parameters/Start`],
    [
      "every second week",
      pattern({ Type: "Weekly", Interval: 2, DaysOfWeek: ["Monday"] }),
      `${FILTER}/parameters/Recurrence/Pattern/Interval`,
    ],
    ["every third day", pattern({ Type: "Daily", Interval: 3 }), `${FILTER}/parameters/Recurrence/Pattern/Interval`],
    [
      "a day that is not the first",
      pattern({ Type: "Weekly", DaysOfWeek: ["Tuesday"] }),
      `${FILTER}/parameters/Recurrence/Pattern/DaysOfWeek`,
    ],
    [
      "a range of another type",
      pattern({ Type: "Daily" }, { Type: "Ever" }),
      `${FILTER}/parameters/Recurrence/Range/Type`,
    ],
    [
      "a reference to a configuration",
      variant({ name: "a", configuration_reference: "A:B" }),
      `${VARIANT}/configuration_reference`,
    ],
    ["an unknown override", variant({ name: "a", status_override: "Maybe" }), `${VARIANT}/status_override`],
    [
      "bounds in the wrong order",
      allocated({ percentile: [{ variant: "a", from: 2, to: 1 }] }),
      "/feature_management/feature_flags/0/allocation/percentile/0",
    ],
    [
      "a random percentage of variants",
      filtered("Microsoft.Percentage", { Value: 50 }, { variants: [{ name: "a" }] }),
      "/feature_management/feature_flags/0",
    ],
    [
      "a requirement that is not known",
      flagsOf({
        id: "one",
        enabled: true,
        conditions: { requirement_type: "Some", client_filters: [{ name: "AlwaysOn" }] },
      }),
      "/feature_management/feature_flags/0/conditions/requirement_type",
    ],
  ])("%s is not importable, and the report names its place", (_, from, place) => {
    expect(notesOf(from)).toEqual([["one", "not importable", place]]);
  });

  it("a flag that is off is imported without a filter that cannot be imported", () => {
    const from = filtered("Browser", {}, { enabled: false });
    expect(notesOf(from)).toEqual([["one", "exact with a note", `${FILTER}/name`]]);
    expect(importProject("msfm", from).flags).toMatchObject([
      { enabled: false, rules: [], default: { variant: "off" } },
    ]);
  });

  it("a random percentage becomes a sample with the same share", () => {
    const [flag] = importProject("msfm", filtered("Percentage", { Value: "12.5" })).flags;
    expect(flag).toMatchObject({ kind: "sample", default: { draw: { weights: [["off", 100_000]] } } });
    expect(flag?.rules).toEqual([{ id: "percentage", serve: { draw: { weights: [["on", 12_500]] } } }]);
    expect(notesOf(filtered("Microsoft.Percentage", { Value: 12.5 }))[0]?.[1]).toBe("exact with a note");
    expect(notesOf(filtered("Microsoft.Percentage", { Value: 1 / 3 }))[0]?.[1]).toBe("approximate");
    expect(resultsOf(filtered("Microsoft.Percentage", { Value: 100 }))).toEqual({ one: { enabled: true } });
    expect(resultsOf(filtered("Microsoft.Percentage"))).toEqual({ one: { enabled: false } });
  });

  it("the SDK for JavaScript has fewer filters, and no case folding", () => {
    const options = { sdk: "javascript" };
    for (const name of ["Microsoft.Percentage", "AlwaysOn", "Targeting"])
      expect(notesOf(filtered(name), options)).toEqual([["one", "not importable", `${FILTER}/name`]]);
    const sunday = { Start: "2030-05-05T09:00:00Z", End: "2030-05-05T17:00:00Z" };
    const Recurrence = { Pattern: { Type: "Weekly", DaysOfWeek: ["Sunday"] }, Range: { Type: "NoEnd" } };
    const weekly = filtered("Microsoft.TimeWindow", { ...sunday, Recurrence });
    expect(notesOf(weekly, options)).toEqual([["one", "exact with a note", `${FILTER}/parameters/Recurrence`]]);
    expect(notesOf(weekly)).toEqual([["one", "exact"]]);
  });

  it("a date without a time zone is approximate", () => {
    const from = filtered("Microsoft.TimeWindow", { Start: "2030-05-06T09:00:00" });
    expect(notesOf(from)).toEqual([["one", "approximate", `${FILTER}/parameters/Start`]]);
    expect(importProject("msfm", from).flags).toEqual([]);
    expect(importProject("msfm", from, { approximate: true }).flags).toHaveLength(1);
  });

  it("days of the week are those of the offset of Start", () => {
    const Recurrence = { Pattern: { Type: "Weekly", DaysOfWeek: ["Monday"] }, Range: { Type: "NoEnd" } };
    const Start = "2030-05-06T01:00:00+02:00";
    const from = filtered("Microsoft.TimeWindow", { Start, End: "2030-05-06T03:00:00+02:00", Recurrence });
    const [rule] = importProject("msfm", from).flags[0]?.rules ?? [];
    expect(rule?.during).toEqual([{ timezone: "UTC", days: ["sun"], from: "23:00", to: "01:00" }]);
  });

  it("notes telemetry, which Burgee does not send", () => {
    const telemetry = { enabled: true, metadata: { team: "web" } };
    const place = "/feature_management/feature_flags/0/telemetry";
    expect(notesOf(flagsOf({ id: "one", enabled: true, telemetry }))).toEqual([["one", "exact with a note", place]]);
  });

  it("accepts a source of any shape", () => {
    for (const from of [null, 1, [], {}, { FeatureManagement: 1 }, { items: [null] }, flagsOf({}, { id: 5 })])
      expect(importProject("msfm", from).flags).toEqual([]);
  });
});
