import { describe, expect, it } from "vitest";
import { importProject, type ReportEntry, type SystemName } from "../../../../sdk/import/index.ts";

/** Returns the outcome of the entry of a flag or segment, and its first note. */
function entryOf(system: SystemName, source: unknown, kind: ReportEntry["kind"] = "flag"): string {
  const { entries } = importProject(system, source).report;
  const entry = entries.find((one) => one.kind === kind);
  const [note] = entry?.notes ?? [];
  return note === undefined ? (entry?.outcome ?? "") : `${entry?.outcome}: ${note.place}: ${note.text}`;
}

describe("parts that SDKs read differently are refused or named", () => {
  const growthbook = (condition: object, others: object = {}): object => ({
    features: { one: { defaultValue: 1, rules: [{ condition, force: 2 }] } },
    ...others,
  });

  it.each([
    ["a pattern of a size", { tags: { $size: { $regex: "1" } } }, "$regex reads a text"],
    ["a version of a size", { tags: { $size: { $vgt: "1" } } }, "$vgt reads a text"],
    ["a version of an element", { tags: { $elemMatch: { $vgte: "0" } } }, "test the elements of a list"],
    ["a comparison with a list", { a: { $lt: [1] } }, "compares with a list or an object"],
    ["a version of 300 characters", { a: { $vgte: "1".repeat(300) } }, "the version must be a version of up to 256"],
    ["a pattern that is no text", { a: { $regex: 1 } }, "the pattern is not a text"],
  ])("GrowthBook: %s is not importable", (_, condition, reason) => {
    const text = entryOf("growthbook", growthbook(condition));
    expect(text).toContain("not importable: /features/one/rules/0/condition/");
    expect(text).toContain(reason);
  });

  it("GrowthBook: a saved group that is no list is not importable", () => {
    const source = growthbook({ a: { $notInGroup: "g" } }, { savedGroups: { g: "x" } });
    expect(entryOf("growthbook", source)).toContain(
      'not importable: /features/one/rules/0/condition/a/$notInGroup: the saved group "g"',
    );
  });

  it.each(["tags.0", "tags.length"])("GrowthBook: the path %s is approximate", (path) => {
    expect(entryOf("growthbook", growthbook({ [path]: 1 }))).toMatch(
      /^approximate: .*GrowthBook also steps into lists/,
    );
    expect(entryOf("growthbook", growthbook({ [`a.${path}x`]: 1 }))).not.toContain("approximate");
  });

  it("GrowthBook: a pattern names what it does with a list", () => {
    expect(entryOf("growthbook", growthbook({ a: { $regex: "x" } }))).toContain(
      "GrowthBook reads a list as its elements",
    );
  });

  const constraint = { contextName: "a", values: [], value: "x" };
  const unleash = (fields: object): object => ({
    features: [
      { name: "one", enabled: true, strategies: [{ name: "default", constraints: [{ ...constraint, ...fields }] }] },
    ],
  });
  const PLACE = "/features/0/strategies/0/constraints/0";

  it.each([
    [{ operator: "FOO" }, `${PLACE}: its operator or pattern is not known`],
    [{ operator: "REGEX", value: "(?=a)" }, `${PLACE}: its operator or pattern is not known`],
    [{ operator: "NUM_GT" }, `${PLACE}/value: the operator cannot compare its value`],
    [{ operator: "DATE_AFTER", contextName: "currentTime" }, `${PLACE}/value: the operator cannot compare its value`],
  ])("Unleash: the constraint %j never holds, and has a note", (fields, note) => {
    expect(entryOf("unleash", unleash(fields))).toContain(`exact with a note: ${note}`);
  });

  it("Unleash: another operator on currentTime is not importable", () => {
    const text = entryOf("unleash", unleash({ operator: "NOT_IN", contextName: "currentTime" }));
    expect(text).toContain(`not importable: ${PLACE}/operator`);
  });

  it("Unleash: a segment that compares the current time is in the report", () => {
    const constraints = [{ contextName: "currentTime", operator: "DATE_AFTER", value: "2030-01-01T00:00:00Z" }];
    const source = { features: [], segments: [{ id: 1, name: "later", constraints }] };
    expect(entryOf("unleash", source, "segment")).toBe(
      "exact with a note: /segments/0/constraints: it compares the current time, which segments do not: each rule contains it",
    );
    expect(importProject("unleash", source).segments).toEqual([]);
  });

  it("Unleash: a field beside the standard ones comes before the property of its name", () => {
    const { toContext } = importProject("unleash", { features: [] });
    expect(toContext({ userId: 7, plan: "pro", properties: { plan: "free", seats: 2 } })).toEqual({
      targetingKey: "7",
      plan: "pro",
      seats: 2,
    });
  });

  const launchdarkly = (clause: object): object => ({
    flags: {
      one: {
        on: true,
        variations: [false, true],
        fallthrough: { variation: 0 },
        rules: [{ variation: 1, clauses: [{ op: "in", values: ["x"], ...clause }] }],
      },
    },
    segments: { s: { includedContexts: [{ contextKind: "org", values: ["o"] }] } },
  });

  it.each([
    ["a kind as the name of an attribute", { attribute: "org" }, '"org" is also a kind of contexts'],
    ["a reference that ends with a slash", { attribute: "/a/", contextKind: "user" }, "end with a slash"],
    ["_meta", { attribute: "_meta" }, "_meta is not an attribute"],
    ["a pattern outside RE2", { attribute: "a", op: "matches", values: ["(?=a)"] }, "the pattern"],
  ])("LaunchDarkly: %s is not importable", (_, clause, reason) => {
    const text = entryOf("launchdarkly", launchdarkly(clause));
    expect(text).toContain("not importable: /flags/one/rules/0/clauses/0/");
    expect(text).toContain(reason);
  });

  it.each([
    [{ attribute: "a", op: "near" }, '/op: "near" is not an operator'],
    [{ attribute: "a", op: "matches", values: ["(?i)a"] }, "/values/0: SDKs in JavaScript cannot read"],
  ])("LaunchDarkly: the clause %j has a note", (clause, note) => {
    expect(entryOf("launchdarkly", launchdarkly(clause))).toContain(
      `exact with a note: /flags/one/rules/0/clauses/0${note}`,
    );
  });

  it("GrowthBook: the id 0 is no id, and another number is one", () => {
    const { toContext } = importProject("growthbook", { features: {} });
    expect(toContext({ id: 0 })).toEqual({ id: 0 });
    expect(toContext({ id: 7 })).toEqual({ id: 7, targetingKey: "7" });
  });

  it("GrowthBook: an experiment without a feature is in the report", () => {
    const source = { features: {}, experiments: [{ key: "button-color", variations: [{}, {}] }] };
    expect(importProject("growthbook", source).report.entries).toMatchObject([
      { kind: "flag", key: "button-color", outcome: "not importable", place: "/experiments/0" },
    ]);
  });

  it("LaunchDarkly: a rule without clauses is not importable", () => {
    const flag = { on: true, variations: [1], fallthrough: { variation: 0 }, rules: [{ variation: 0 }] };
    expect(entryOf("launchdarkly", { flags: { one: flag } })).toBe(
      'not importable: /flags/one/rules/0: it has no field "clauses"',
    );
  });

  it("LaunchDarkly: without a kind, bucketBy is a plain name, and a seed of 0 has a note", () => {
    const rollout = {
      bucketBy: "/a/b",
      variations: [
        { variation: 0, weight: 1 },
        { variation: 1, weight: 99_999 },
      ],
    };
    const flag = (others: object): object => ({
      flags: { one: { on: true, variations: [1, 2], salt: "s", fallthrough: { rollout: { ...rollout, ...others } } } },
    });
    const byOf = (others: object): unknown => importProject("launchdarkly", flag(others)).flags[0]?.default;
    expect(byOf({})).toMatchObject({ rollout: { by: ["/a/b"] } });
    expect(byOf({ contextKind: "user" })).toMatchObject({ rollout: { by: [["a", "b"]] } });
    expect(entryOf("launchdarkly", flag({ seed: 0 }))).toContain(
      "exact with a note: /flags/one: a rollout has the seed 0",
    );
  });

  it("LaunchDarkly: users of contextTargets come from the first target of their variation", () => {
    const flag = {
      on: true,
      variations: [1, 2],
      fallthrough: { variation: 0 },
      targets: [
        { variation: 1, values: ["first"] },
        { variation: 1, values: ["second"] },
      ],
      contextTargets: [{ contextKind: "user", variation: 1, values: ["own"] }],
    };
    expect(importProject("launchdarkly", { flags: { one: flag } }).flags[0]?.rules).toMatchObject([
      { when: { attribute: "targetingKey", values: ["first"] } },
    ]);
  });

  it("LaunchDarkly: deleted flags and segments are not importable", () => {
    const deleted = { deleted: true, on: true, variations: [1], fallthrough: { variation: 0 } };
    const source = { flags: { one: deleted }, segments: { s: { deleted: true } } };
    expect(entryOf("launchdarkly", source)).toBe("not importable: /flags/one/deleted: it is deleted");
    expect(entryOf("launchdarkly", source, "segment")).toContain("not importable: /segments/s/deleted");
  });

  it("Unleash: a groupId that is a number is the salt, and a segment's id is a number", () => {
    const source = (strategy: object): object => ({
      features: [{ name: "one", enabled: true, strategies: [{ name: "flexibleRollout", ...strategy }] }],
      segments: [{ id: 1, name: "s", constraints: [] }],
    });
    const parameters = { rollout: "50", stickiness: "userId", groupId: 5 };
    expect(importProject("unleash", source({ parameters })).flags[0]?.rules).toMatchObject([
      { when: { bucket: { salt: "5" } } },
    ]);
    expect(entryOf("unleash", source({ parameters: { rollout: "50" } }))).toContain(
      "exact with a note: /features/0/strategies/0/parameters: without groupId",
    );
    expect(entryOf("unleash", source({ segments: ["1"] }))).toBe(
      "not importable: /features/0/strategies/0/segments/0: it is a text, not a number",
    );
  });

  it("Unleash: variants without any weight have no overrides", () => {
    const overrides = [{ contextName: "userId", values: ["u"] }];
    const rulesOf = (weight: number): unknown => {
      const variants = [{ name: "a", weight, overrides }];
      return importProject("unleash", { features: [{ name: "one", enabled: true, strategies: [], variants }] }).flags[0]
        ?.rules;
    };
    expect(rulesOf(0)).toEqual([]);
    expect(rulesOf(1)).toHaveLength(1);
  });

  it("Unleash: a strategy's title is the description of its rule", () => {
    const strategies = [{ name: "default", title: "Staff first" }];
    const { flags } = importProject("unleash", { features: [{ name: "one", enabled: true, strategies }] });
    expect(flags[0]?.rules).toMatchObject([{ description: "Staff first" }]);
  });

  const ufc = (condition: object) => ({
    flags: {
      one: {
        enabled: true,
        variationType: "STRING",
        variations: { a: { key: "a", value: "a" } },
        allocations: [
          { key: "x", rules: [{ conditions: [{ attribute: "a", ...condition }] }], splits: [{ variationKey: "a" }] },
        ],
      },
    },
  });

  it.each([
    [{ operator: "GT", value: "" }, "GT needs a number or a version"],
    [{ operator: "LTE", value: true }, "LTE needs a number or a version"],
    [{ operator: "NOT_MATCHES", value: 5 }, "NOT_MATCHES needs a text"],
    [{ operator: "ONE_OF", value: "a" }, "ONE_OF needs a list of texts"],
    [{ operator: "NOT_ONE_OF", value: [1] }, "NOT_ONE_OF needs a list of texts"],
    [{ operator: "IS_NULL", value: "true" }, "IS_NULL needs true or false"],
  ])("Eppo: the condition %j is not importable", (condition, reason) => {
    expect(entryOf("eppo", ufc(condition))).toBe(
      `not importable: /flags/one/allocations/0/rules/0/conditions/0/value: ${reason}`,
    );
  });

  it("Eppo: an allocation that ends before it starts never applies, and has a note", () => {
    const { flags } = ufc({ operator: "IS_NULL", value: false });
    const instants = { startAt: "2030-01-01T00:00:00Z", endAt: "2020-01-01T00:00:00Z" };
    const allocations = flags.one.allocations.map((allocation) => ({ ...allocation, ...instants }));
    const source = { flags: { one: { ...flags.one, allocations } } };
    expect(entryOf("eppo", source)).toContain(
      "exact with a note: /flags/one/allocations/0/endAt: it is before startAt",
    );
  });

  it.each(["5", "1.2.3"])("Datadog: a comparison with the text %j has a note", (value) => {
    const condition = { operator: "GT", value };
    expect(entryOf("datadog", ufc(condition))).toContain("Datadog's SDK for JavaScript disables a flag");
    expect(entryOf("eppo", ufc(condition))).toBe("exact");
  });
});
