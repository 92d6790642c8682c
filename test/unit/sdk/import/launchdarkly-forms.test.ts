import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";

await prepareToCompileAny();

const CLAUSE = { _id: "c", attribute: "plan", op: "in", values: ["pro"], contextKind: "user", negate: false };
const PRODUCTION = {
  on: true,
  archived: false,
  salt: "s",
  sel: "x",
  targets: [],
  contextTargets: [],
  rules: [{ _id: "r", variation: 0, clauses: [CLAUSE], trackEvents: false }],
  fallthrough: {
    rollout: {
      variations: [
        { variation: 0, weight: 30_000 },
        { variation: 1, weight: 70_000 },
      ],
    },
  },
  offVariation: 1,
  prerequisites: [],
};

/** A flag as the REST API lists it. */
function listed(environment: object, fields: object = {}): object {
  return {
    key: "checkout",
    name: "Checkout",
    kind: "boolean",
    variations: [
      { _id: "1", value: true },
      { _id: "2", value: false },
    ],
    archived: false,
    environments: { production: environment },
    ...fields,
  };
}

function refusalOf(source: unknown): unknown {
  const { flags, report } = importProject("launchdarkly", source);
  expect(flags).toEqual([]);
  return report.entries[0]?.notes[0];
}

describe("LaunchDarkly's REST API", () => {
  it("gives the results of the SDKs' data", () => {
    const rest = importProject("launchdarkly", { items: [listed(PRODUCTION)], totalCount: 1 });
    const { targets, contextTargets, rules, fallthrough, offVariation } = PRODUCTION;
    const flag = { key: "checkout", on: true, salt: "s", targets, contextTargets, rules, fallthrough, offVariation };
    const sdk = importProject("launchdarkly", {
      flags: { checkout: { ...flag, variations: [true, false] } },
      segments: {},
    });
    expect(rest.report.entries).toMatchObject([{ key: "checkout", outcome: "exact" }]);
    for (let i = 0; i < 200; i++) {
      const context = { kind: "user", key: `u${i}`, ...(i % 5 === 0 && { plan: "pro" }) };
      const value = evaluatorOf(rest)("checkout", rest.toContext(context));
      expect(value).toEqual(evaluatorOf(sdk)("checkout", sdk.toContext(context)));
    }
  });

  it("is refused if the list was requested without the rules", () => {
    const { rules: _, fallthrough: __, ...summary } = PRODUCTION;
    expect(refusalOf({ items: [listed({ ...summary, _summary: {} })], totalCount: 1 })).toMatchObject({
      place: "/items/0/environments/production",
      text: expect.stringContaining("summary=0"),
    });
  });

  it("reports the flags that are on other pages of the list", () => {
    const { report } = importProject("launchdarkly", { items: [listed(PRODUCTION)], totalCount: 57 });
    expect(report.entries[1]).toMatchObject({ outcome: "not importable", place: "/totalCount" });
    expect(report.entries[1]?.notes[0]?.text).toContain("1 of 57 flags");
  });

  it("is refused where segments or prerequisites are in another response", () => {
    const clause = { attribute: "", op: "segmentMatch", values: ["staff"] };
    const withSegment = { ...PRODUCTION, rules: [{ _id: "r", variation: 0, clauses: [clause] }] };
    expect(refusalOf({ items: [listed(withSegment)] })).toMatchObject({
      text: 'the source has no segment "staff"; give the segments too',
    });
    const withParent = { ...PRODUCTION, prerequisites: [{ key: "parent", variation: 0 }] };
    expect(refusalOf({ items: [listed(withParent)] })).toMatchObject({ text: 'the source has no flag "parent"' });
  });

  it("is refused for parts that only the SDKs' data has, and for archived flags", () => {
    const experiment = { rollout: { variations: [{ variation: 0, weight: 100_000 }], experimentAllocation: {} } };
    expect(refusalOf({ items: [listed({ ...PRODUCTION, fallthrough: experiment })] })).toMatchObject({
      text: expect.stringContaining("use the SDKs' data"),
    });
    expect(refusalOf({ items: [listed({ ...PRODUCTION, salt: undefined })] })).toMatchObject({
      text: "it has no salt, so its buckets are not known",
    });
    expect(refusalOf({ items: [listed(PRODUCTION, { archived: true })] })).toMatchObject({
      place: "/items/0/archived",
    });
    const rules = [{ clauses: [], weight: 50_000 }];
    const { report } = importProject("launchdarkly", { flags: {}, segments: { items: [{ key: "half", rules }] } });
    expect(report.entries).toMatchObject([{ key: "half", outcome: "not importable" }]);
  });
});

describe("LaunchDarkly's data for SDKs", () => {
  it("can have values for everybody, as in the file of a test data source", () => {
    const project = importProject("launchdarkly", { flagValues: { color: "red" } });
    expect(project.report.entries).toMatchObject([{ key: "color", outcome: "exact", place: "/flagValues/color" }]);
    const context = project.toContext({ kind: "user", key: "u" });
    expect(evaluatorOf(project)("color", context)).toMatchObject({ value: "red" });
  });

  it("notes segments and prerequisites that do not exist, which the SDKs never match", () => {
    const clause = { attribute: "", op: "segmentMatch", values: ["gone"] };
    const flag = { on: true, variations: [1, 2], fallthrough: { variation: 0 }, offVariation: 1 };
    const { report } = importProject("launchdarkly", {
      flags: {
        a: { ...flag, key: "a", rules: [{ clauses: [clause], variation: 1 }] },
        b: { ...flag, key: "b", prerequisites: [{ key: "gone", variation: 0 }] },
      },
      segments: {},
    });
    expect(report.entries.map(({ outcome, notes }) => [outcome, notes[0]?.place])).toEqual([
      ["exact with a note", "/flags/a/rules/0/clauses/0/values/0"],
      ["exact with a note", "/flags/b/prerequisites"],
    ]);
  });
});
