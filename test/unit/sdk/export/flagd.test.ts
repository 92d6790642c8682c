import { FlagdCore } from "@openfeature/flagd-core";
import { describe, expect, it } from "vitest";
import { SILENT } from "../../../../cli/import/oracles/oracle.ts";
import { exportFlagd, type FlagdExport } from "../../../../sdk/export/flagd/index.ts";
import { bucketOf } from "../../../../src/evaluation/bucketing.ts";
import type { AttributeCondition, Condition, FlagInput, JsonValue, Rule } from "../../../../src/flags/document.ts";
import { parseFlagInput } from "../../../../src/flags/parse.ts";

type Context = Record<string, JsonValue>;

function aFlag(overrides: Partial<FlagInput> = {}): FlagInput {
  return parseFlagInput({
    key: "flag",
    type: "string",
    variants: { a: "A", b: "B" },
    enabled: true,
    offVariant: "b",
    default: { variant: "a" },
    rules: [],
    prerequisites: [],
    ...overrides,
  });
}

function ruled(when: Condition, serve: Rule["serve"] = { variant: "b" }): FlagInput {
  return aFlag({ rules: [{ id: "r", when, serve }] });
}

function exportOf(flags: FlagInput[], segments: Record<string, Condition> = {}): FlagdExport {
  return exportFlagd({
    flags: new Map(flags.map((flag) => [flag.key, flag])),
    segments: new Map(Object.entries(segments).map(([key, condition]) => [key, { condition }])),
  });
}

function flagdOf({ definitions }: FlagdExport): (context: Context, key?: string) => unknown {
  const core = new FlagdCore(undefined, SILENT);
  core.setConfigurations(JSON.stringify(definitions));
  return (context, key = "flag") => {
    const { value, errorCode } = core.resolveStringEvaluation(key, "default", context as never);
    return errorCode ?? value;
  };
}

function refusalsOf(exported: FlagdExport, key = "flag"): [string, string][] {
  const entry = exported.report.entries.find((one) => one.key === key);
  expect(entry?.outcome).toBe("not exportable");
  expect(exported.definitions.flags).not.toHaveProperty(key);
  return (entry?.notes ?? []).map(({ place, text }) => [place, text]);
}

describe("flags that flagd can express", () => {
  it("have no targeting if everybody gets the same variant", () => {
    const { definitions, report } = exportOf([aFlag({ metadata: { owner: "web" } })]);
    expect(definitions.flags).toEqual({
      flag: { state: "ENABLED", variants: { a: "A", b: "B" }, defaultVariant: "a", metadata: { owner: "web" } },
    });
    expect(report.entries).toEqual([{ kind: "flag", key: "flag", outcome: "exact", place: "", notes: [] }]);
  });

  it("always serve the off variant if they are disabled", () => {
    const { definitions, report } = exportOf([aFlag({ enabled: false })]);
    expect(definitions.flags["flag"]).toMatchObject({ state: "ENABLED", defaultVariant: "b" });
    expect(report.entries[0]?.outcome).toBe("exact with a note");
  });

  it("stay disabled without an off variant", () => {
    expect(exportOf([aFlag({ enabled: false, offVariant: null })]).definitions.flags["flag"]?.state).toBe("DISABLED");
  });

  it("give the caller's default without a default variant in their place", () => {
    const flag = ruled({ attribute: "plan", operator: "equals", values: ["free"] }, { variant: null });
    const exported = exportOf([flag]);
    expect(exported.definitions.flags["flag"]).not.toHaveProperty("defaultVariant");
    const evaluate = flagdOf(exported);
    expect([evaluate({ plan: "free" }), evaluate({ plan: "pro" })]).toEqual(["default", "A"]);
  });

  it("serve the error GENERAL under a name that is no variant", () => {
    const flag = ruled({ attribute: "plan", operator: "equals", values: ["free"] }, { error: "GENERAL" });
    const evaluate = flagdOf(exportOf([{ ...flag, variants: { ...flag.variants, error: "E" } }]));
    expect([evaluate({ plan: "free" }), evaluate({})]).toEqual(["GENERAL", "A"]);
  });

  it("keep every subject in the same bucket", () => {
    const rollout = { by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift" as const };
    const evaluate = flagdOf(
      exportOf([
        aFlag({
          default: {
            rollout: {
              ...rollout,
              weights: [
                ["a", 25_000],
                ["b", 75_000],
              ],
            },
          },
        }),
      ]),
    );
    for (let i = 0; i < 1000; i++)
      expect(evaluate({ targetingKey: `user-${i}` })).toBe(bucketOf("s", `user-${i}`) < 25_000 ? "A" : "B");
    expect(evaluate({})).toBe("B");
  });

  it("refer to segments by name, except for segments with other segments in them", () => {
    const staff: Condition = { attribute: "email", operator: "ends_with", values: ["@acme.com"] };
    const beta: Condition = { any: [{ segment: "staff" }, { attribute: "beta", operator: "equals", values: [true] }] };
    const exported = exportOf([ruled({ segment: "beta" })], { staff, beta });
    expect(exported.definitions.flags["flag"]?.targeting).toEqual({ if: [{ $ref: "beta" }, "b", "a"] });
    expect(JSON.stringify(exported.definitions.$evaluators)).not.toContain("$ref");
    const evaluate = flagdOf(exported);
    expect([evaluate({ email: "x@acme.com" }), evaluate({ beta: true }), evaluate({})]).toEqual(["B", "B", "A"]);
  });

  it("have the segments written out whose names or values flagd could replace", () => {
    const priced: Condition = { attribute: "price", operator: "starts_with", values: ["$&"] };
    const exported = exportOf([ruled({ all: [{ segment: "priced" }, { segment: "x.y" }] })], {
      priced,
      "x.y": { attribute: "plan", operator: "equals", values: ["free"] },
    });
    expect(exported.definitions).not.toHaveProperty("$evaluators");
    expect(flagdOf(exported)({ price: "$&1", plan: "free" })).toBe("B");
  });

  it("have other flags written out", () => {
    const shell = { ...ruled({ attribute: "plan", operator: "equals", values: ["free"] }), key: "shell" };
    const evaluate = flagdOf(exportOf([aFlag({ prerequisites: [{ flag: "shell", variants: ["b"] }] }), shell]));
    expect([evaluate({ plan: "free" }), evaluate({ plan: "pro" })]).toEqual(["A", "B"]);
  });
});

describe("conditions in flagd", () => {
  const holds = (condition: AttributeCondition, value: JsonValue | undefined, negated = false): boolean =>
    flagdOf(exportOf([ruled(negated ? { not: condition } : condition)]))(value === undefined ? {} : { x: value }) ===
    "B";

  it.for<[string, AttributeCondition, JsonValue[], JsonValue[]]>([
    ["number", { attribute: "x", operator: "gte", values: [5] }, [5, 6.5], [4, "7", true, null, [7], { a: 7 }, "a"]],
    ["text", { attribute: "x", operator: "lt", values: ["b"] }, ["a", ""], ["b", 1, false, null, ["a"]]],
    ["contains", { attribute: "x", operator: "contains", values: ["a"] }, ["bar"], [["a"], "b", 1, null, {}]],
    ["equals", { attribute: "x", operator: "equals", values: ["1", 2] }, ["1", 2], [1, "2", null, ["1"]]],
    [
      "list",
      { attribute: "x", operator: "array_contains_any", values: ["a", true] },
      [["a"], [true]],
      ["a", ["true"], true, {}],
    ],
    [
      "version",
      { attribute: "x", operator: "semver_gte", values: ["1.2.0"] },
      ["1.2.0", "v1.3.0-beta"],
      ["1.3", "V1.3.0", " 1.3.0", "vv1.3.0", 2, ["1.3.0"], "1.2.0-a"],
    ],
    [
      "caret",
      { attribute: "x", operator: "semver_caret", values: ["0.3.1"] },
      ["0.3.1", "0.3.9"],
      ["0.4.0", "0.3.0", "0.4.0-rc.1"],
    ],
  ])("%s compares values of its type only", ([, condition, passing, failing]) => {
    for (const value of passing) expect(holds(condition, value), JSON.stringify(value)).toBe(true);
    for (const value of failing) expect(holds(condition, value), JSON.stringify(value)).toBe(false);
  });

  it("neither apply nor have an opposite that applies if they are unknown", () => {
    const condition: AttributeCondition = { attribute: "x", operator: "lt", values: [18], missing: "unknown" };
    for (const value of [undefined, "17", null, [17]])
      expect([holds(condition, value), holds(condition, value, true)]).toEqual([false, false]);
    expect([holds(condition, 20), holds(condition, 20, true)]).toEqual([false, true]);
  });

  it("tell a missing attribute from null", () => {
    expect([
      holds({ attribute: "x", operator: "exists" }, null),
      holds({ attribute: "x", operator: "exists" }, undefined),
    ]).toEqual([true, false]);
    const isNull: AttributeCondition = { attribute: "x", operator: "equals", values: [null] };
    expect([holds(isNull, null), holds(isNull, undefined)]).toEqual([true, false]);
  });
});

describe("flags that flagd cannot express", () => {
  const leaf = (fields: Partial<AttributeCondition>): AttributeCondition => ({
    attribute: "x",
    operator: "equals",
    values: ["a"],
    ...fields,
  });

  it.for<[string, AttributeCondition]>([
    ["attribute", leaf({ attribute: "request.country" })],
    ["attribute", leaf({ attribute: "user.plan" })],
    ["attribute", leaf({ attribute: ["tags", "0"] })],
    ["attribute", leaf({ attribute: ["tags", "length"] })],
    ["operator", leaf({ operator: "matches" })],
    ["operator", leaf({ operator: "before", values: ["2030-01-01"] })],
    ["operator", leaf({ operator: "ip_in_cidr", values: ["10.0.0.0/8"] })],
    ["caseInsensitive", leaf({ caseInsensitive: true })],
    ["each", leaf({ each: true })],
    ["values", leaf({ operator: "array_contains_any", values: [1] })],
    ["read", leaf({ read: "text" })],
    ["read", leaf({ read: { sha256: "s" }, values: ["0".repeat(64)] })],
  ])("are refused at %s: %j", ([field, condition]) => {
    const refusals = refusalsOf(exportOf([ruled({ all: [condition] })]));
    expect(refusals.map(([place]) => place)).toEqual([`/rules/0/when/all/0/${field}`]);
  });

  it.for<[string, FlagInput]>([
    ["/rules/0/serve/error", ruled(leaf({}), { error: "PARSE_ERROR" })],
    ["/rules/0/from", aFlag({ rules: [{ id: "r", from: "2030-01-01T00:00:00.5Z", serve: { variant: "b" } }] })],
    [
      "/default/draw",
      aFlag({
        kind: "sample",
        type: "boolean",
        variants: { a: true, b: false },
        default: {
          draw: {
            weights: [
              ["a", 1],
              ["b", 99_999],
            ],
          },
        },
      }),
    ],
    ["/type", aFlag({ type: "json", variants: { a: 1, b: "B" } })],
    ["/variants/a", aFlag({ type: "object", variants: { a: [1], b: {} } })],
    ["/prerequisites/0/flag", aFlag({ prerequisites: [{ flag: "other", variants: ["a"] }] })],
  ])("are refused at %s", ([place, flag]) => {
    expect(refusalsOf(exportOf([flag])).map(([at]) => at)).toEqual([place]);
  });

  it.for([
    ["hash", { hash: "unleash-variant-1", total: 100_000 }],
    ["salt", { salt: "é" }],
    ["salt", { salt: " s" }],
    ["onMissingKey", { onMissingKey: "error" }],
    ["onMissingKey", { onMissingKey: "random" }],
    ["ramp", { ramp: { from: 0, to: 1, startAt: "2030-01-01", endAt: "2030-01-02" } }],
  ] as const)("are refused at %s of a rollout: %j", ([field, fields]) => {
    const rollout = { by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift", weights: [["a", 100_000]], ...fields };
    const refusals = refusalsOf(exportOf([aFlag({ default: { rollout } as never })]));
    expect(refusals.map(([place]) => place)).toEqual([`/default/rollout/${field}`]);
  });

  it("name the flag or segment that they refer to", () => {
    const shell = { ...ruled({ segment: "staff" }), key: "shell" };
    const exported = exportOf([ruled({ flag: "shell", variants: ["b"] }), shell], {
      staff: leaf({ operator: "matches" }) as Condition,
    });
    expect(refusalsOf(exported)).toEqual([["/rules/0/when/flag", 'flag "shell" cannot be exported']]);
    expect(refusalsOf(exported, "shell")).toEqual([["/rules/0/when/segment", 'segment "staff" cannot be exported']]);
    expect(refusalsOf(exported, "staff")).toEqual([["/condition/operator", 'flagd has no operator like "matches"']]);
  });

  it("include flags that refer to themselves", () => {
    const one = ruled({ flag: "other", variants: ["b"] });
    const other = { ...ruled({ flag: "flag", variants: ["b"] }), key: "other" };
    expect(exportOf([one, other]).definitions.flags).toEqual({});
  });
});

describe("a schedule in flagd", () => {
  it("compares whole seconds", () => {
    const rule: Rule = {
      id: "r",
      from: "2030-01-01T00:00:00Z",
      until: "2030-01-02T00:00:00Z",
      serve: { variant: "b" },
    };
    const now = { var: "$flagd.timestamp" };
    expect(exportOf([aFlag({ rules: [rule] })]).definitions.flags["flag"]?.targeting).toEqual({
      if: [{ and: [{ ">=": [now, 1_893_456_000] }, { "<": [now, 1_893_542_400] }] }, "b", "a"],
    });
  });
});
