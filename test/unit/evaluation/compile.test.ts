import { describe, test } from "vitest";

import { compileFlag, planFlag } from "../../../src/evaluation/compile.ts";
import type { EvaluationContext } from "../../../src/evaluation/types.ts";
import type { Condition, FlagDocument, Serve } from "../../../src/flags/document.ts";
import { aDependency, aFlag, anInput } from "./documents.ts";

const draw: Serve = {
  draw: {
    weights: [
      ["on", 50_000],
      ["off", 50_000],
    ],
  },
};
const rolloutWithout = (onMissingKey: "random" | "skip"): Serve => ({
  rollout: { by: ["a"], salt: "s", hash: "murmur3-mulshift", weights: [["on", 100_000]], onMissingKey },
});
const whenServed = (when: Condition): FlagDocument =>
  aFlag({ default: { variant: "off" }, rules: [{ id: "r", when, serve: { variant: "on" } }] });

describe("compileFlag", () => {
  test("returns the same frozen resolution for the same result", ({ expect }) => {
    const flag = compileFlag(aFlag({ rules: [{ id: "a", serve: { variant: "off" } }] }));
    const first = flag.evaluate(anInput({ targetingKey: "a" }));
    expect(flag.evaluate(anInput({ targetingKey: "b" }))).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  test("returns GENERAL if there is no context", ({ expect }) => {
    const flag = compileFlag(whenServed({ attribute: "plan", operator: "exists" }));
    for (const context of [undefined, null] as unknown as EvaluationContext[]) {
      // The worker always passes a context. Even without one, evaluation must not throw.
      expect(flag.evaluate({ ...anInput(), context })).toMatchObject({ reason: "ERROR", errorCode: "GENERAL" });
    }
  });

  test("tells a client nothing about the reason why a flag is broken", ({ expect }) => {
    const flag = compileFlag(whenServed({ segment: "secret-customers" }));
    expect(flag.evaluate(anInput())).toEqual({
      reason: "ERROR",
      errorCode: "PARSE_ERROR",
      errorDetails: "the flag's configuration cannot be evaluated",
    });
  });

  test.for(["contains", "starts_with", "ends_with", "matches"] as const)(
    "evaluates %s with an empty text as it did when such a flag could still be written",
    (operator, { expect }) => {
      const flag = compileFlag(whenServed({ attribute: "email", operator, values: ["@acme.com", ""] }));
      expect(flag.evaluate(anInput({ email: "eve@evil.example" }))).toMatchObject({ value: true });
      expect(flag.evaluate(anInput({}))).toMatchObject({ value: false });
    },
  );

  test("treats NaN as a value that cannot be compared", ({ expect }) => {
    for (const operator of ["lt", "lte", "gt", "gte", "between", "before", "after", "equals"] as const) {
      const values = operator === "between" ? [0, 9] : [5];
      const when: Condition = { attribute: "age", operator, values };
      const input = anInput({ age: NaN });
      expect(compileFlag(whenServed(when)).evaluate(input), operator).toMatchObject({ value: false });
      expect(compileFlag(whenServed({ not: { ...when, missing: "unknown" } })).evaluate(input)).toMatchObject({
        value: false,
      });
      expect(compileFlag(whenServed({ ...when, invalid: true })).evaluate(input)).toMatchObject({ value: true });
    }
  });

  const broken: [string, FlagDocument, RegExp][] = [
    ["a default variant that does not exist", aFlag({ default: { variant: "nope" } }), /unknown variant "nope"/],
    ["an inherited name as variant", aFlag({ default: { variant: "constructor" } }), /unknown variant "constructor"/],
    ["an off variant that does not exist", aFlag({ offVariant: "nope" }), /unknown variant "nope"/],
    [
      "an unknown reader",
      whenServed({ attribute: "a", operator: "semver_eq", values: ["1.2.3"], read: "x" as "version-strict" }),
      /does not take read "x"/,
    ],
    [
      "a reader that the operator does not take",
      whenServed({ attribute: "a", operator: "contains", values: ["1"], read: "version-strict" }),
      /contains does not take read/,
    ],
    ["an unknown segment", whenServed({ segment: "nope" }), /unknown segment "nope"/],
    ["an inherited name as segment", { ...whenServed({ segment: "toString" }), segments: {} }, /unknown segment/],
    [
      "a segment that refers to itself",
      { ...whenServed({ segment: "a" }), segments: { a: { segment: "a" } } },
      /refers to itself/,
    ],
    [
      "segments that refer to each other",
      { ...whenServed({ segment: "a" }), segments: { a: { segment: "b" }, b: { not: { segment: "a" } } } },
      /refers to itself/,
    ],
    ["an unknown flag", aFlag({ prerequisites: [{ flag: "nope", variants: ["on"] }] }), /unknown flag "nope"/],
    [
      "a flag that needs itself",
      aFlag({ prerequisites: [{ flag: "f", variants: ["on"] }], dependencies: { f: aDependency() } }),
      /depends on itself/,
    ],
    [
      "flags that need each other",
      aFlag({
        prerequisites: [{ flag: "a", variants: ["on"] }],
        dependencies: {
          a: aDependency({ prerequisites: [{ flag: "b", variants: ["on"] }] }),
          b: aDependency({ rules: [{ id: "r", when: { flag: "a", variants: ["on"] }, serve: { variant: "on" } }] }),
        },
      }),
      /depends on itself/,
    ],
    [
      "a broken dependency",
      aFlag({
        prerequisites: [{ flag: "a", variants: ["on"] }],
        dependencies: { a: aDependency({ offVariant: "x" }) },
      }),
      /unknown variant "x"/,
    ],
    [
      "an operator of the future",
      whenServed({ attribute: "a", operator: "near" as "in", values: [1] }),
      /unknown operator "near"/,
    ],
    [
      "an inherited name as operator",
      whenServed({ attribute: "a", operator: "constructor" as "in", values: [1] }),
      /unknown operator/,
    ],
    ["a pattern that RE2 refuses", whenServed({ attribute: "a", operator: "matches", values: ["(?=a)"] }), /\(\?=/],
    [
      "a hash scheme of the future",
      aFlag({
        default: {
          rollout: { by: ["targetingKey"], salt: "s", hash: "md5" as "murmur3-mulshift", weights: [["on", 1]] },
        },
      }),
      /unknown hash scheme/,
    ],
    [
      "weights over the total",
      aFlag({
        default: {
          draw: {
            weights: [
              ["on", 60_000],
              ["off", 60_000],
            ],
          },
        },
      }),
      /sum to at most/,
    ],
    ["an invalid date", aFlag({ rules: [{ id: "r", from: "soon", serve: { variant: "on" } }] }), /ISO 8601/],
  ];

  test.for(broken)("returns PARSE_ERROR for any context: %s", ([, document, message], { expect }) => {
    expect(() => planFlag(document)).toThrow(message);
    expect(compileFlag(document).evaluate(anInput({ a: 1, targetingKey: "x" }))).toMatchObject({
      errorCode: "PARSE_ERROR",
    });
  });

  test("survives conditions nested beyond the stack", ({ expect }) => {
    let when: Condition = { attribute: "a", operator: "exists" };
    for (let i = 0; i < 100_000; i++) when = { not: when };
    expect(compileFlag(whenServed(when)).evaluate(anInput())).toMatchObject({ reason: "ERROR" });
  });

  test("`exists` is false for a missing attribute, whatever `missing` says", ({ expect }) => {
    const flag = compileFlag(whenServed({ attribute: "a", operator: "exists", missing: true }));
    expect(flag.evaluate(anInput()).reason).toBe("DEFAULT");
  });

  test("follows segments through segments", ({ expect }) => {
    const segments: Record<string, Condition> = { s0: { attribute: "a", operator: "exists" } };
    for (let i = 1; i <= 40; i++) segments[`s${i}`] = { segment: `s${i - 1}` };
    const flag = compileFlag({ ...whenServed({ segment: "s40" }), segments });
    expect(flag.evaluate(anInput({ a: 1 })).reason).toBe("TARGETING_MATCH");
    expect(flag.evaluate(anInput()).reason).toBe("DEFAULT");
  });

  test("refuses segments whose tests multiply", ({ expect }) => {
    const segments: Record<string, Condition> = { s0: { attribute: "a", operator: "exists" } };
    for (let i = 1; i <= 40; i++) segments[`s${i}`] = { any: [{ segment: `s${i - 1}` }, { segment: `s${i - 1}` }] };
    expect(() => planFlag({ ...whenServed({ segment: "s40" }), segments })).toThrow(/100000 tests/);
    expect(() => planFlag({ ...whenServed({ segment: "s16" }), segments })).not.toThrow();
  });
});

describe("isRandom", () => {
  const needs = { prerequisites: [{ flag: "d", variants: ["on"] }] };
  const cases: [string, FlagDocument, boolean][] = [
    ["a plain flag", aFlag(), false],
    ["a sample", aFlag({ kind: "sample", default: draw }), true],
    ["a rollout that draws a bucket without a key", aFlag({ default: rolloutWithout("random") }), true],
    ["a rollout that draws nothing without a key", aFlag({ default: rolloutWithout("skip") }), false],
    ["a sample that is disabled", aFlag({ kind: "sample", default: draw, enabled: false }), false],
    ["a prerequisite that is a sample", aFlag({ ...needs, dependencies: { d: aDependency({ default: draw }) } }), true],
    [
      "a prerequisite that is a disabled sample",
      aFlag({ ...needs, dependencies: { d: aDependency({ default: draw, enabled: false }) } }),
      false,
    ],
    ["a sample that is not referred to", aFlag({ dependencies: { d: aDependency({ default: draw }) } }), false],
    [
      "a sample behind a segment",
      {
        ...whenServed({ segment: "s" }),
        segments: { s: { flag: "d", variants: ["on"] } },
        dependencies: { d: aDependency({ default: draw }) },
      },
      true,
    ],
  ];

  test.for(cases)("depends on chance as expected: %s", ([, document, expected], { expect }) => {
    expect(compileFlag(document).isRandom).toBe(expected);
  });
});

describe("readsRequest", () => {
  const country: Condition = { attribute: "request.country", operator: "in", values: ["DE"] };
  const cases: [string, FlagDocument, boolean][] = [
    ["the context alone", whenServed({ attribute: "country", operator: "in", values: ["DE"] }), false],
    ["a condition", whenServed(country), true],
    ["steps", whenServed({ attribute: ["request", "country"], operator: "exists" }), true],
    ["one step that looks like it", whenServed({ attribute: ["request.country"], operator: "exists" }), false],
    ["a segment", { ...whenServed({ segment: "s" }), segments: { s: { not: country } } }, true],
    ["a segment that is not referred to", { ...aFlag(), segments: { s: country } }, false],
    [
      "a bucket",
      whenServed({ bucket: { by: ["id", "request.ip"], salt: "s", hash: "murmur3-mulshift", ranges: [[0, 1]] } }),
      true,
    ],
    [
      "the second time a segment is met",
      {
        ...whenServed({ flag: "d", variants: ["on"] }),
        segments: { s: country },
        dependencies: {
          d: aDependency({
            prerequisites: [{ flag: "e", variants: ["on"] }],
            rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }],
          }),
          e: aDependency({ enabled: false, rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }] }),
        },
      },
      true,
    ],
  ];

  test("is true for a flag that is used again after a disabled one used it", ({ expect }) => {
    const needs = (flag: string): { flag: string; variants: string[] }[] => [{ flag, variants: ["on"] }];
    const document = aFlag({
      prerequisites: [...needs("off"), ...needs("reader")],
      dependencies: {
        off: aDependency({ enabled: false, prerequisites: needs("reader") }),
        reader: aDependency({ rules: [{ id: "r", when: country, serve: { variant: "on" } }] }),
      },
    });
    expect(compileFlag(document).readsRequest).toBe(true);
  });

  test.for(cases)("depends on the request as expected: %s", ([, document, expected], { expect }) => {
    expect(compileFlag(document).readsRequest).toBe(expected);
  });
});

describe("nextBoundary", () => {
  const at = (text: string): number => Date.parse(text);
  const scheduled = [
    { id: "a", from: "2026-01-01T00:00:00Z", until: "2026-03-01T00:00:00Z", serve: { variant: "on" } },
    { id: "b", from: "2026-02-01T00:00:00Z", serve: { variant: "on" } },
  ];

  test("is the next boundary of any schedule, and then never", ({ expect }) => {
    const flag = compileFlag(aFlag({ rules: scheduled }));
    const turns = ["2026-01-01", "2026-02-01", "2026-03-01"].map(at);
    expect(flag.nextBoundary(0)).toBe(turns[0]);
    expect(flag.nextBoundary(turns[0]!)).toBe(turns[1]);
    expect(flag.nextBoundary(turns[1]!)).toBe(turns[2]);
    expect(flag.nextBoundary(turns[2]!)).toBeUndefined();
  });

  test("counts the schedules of prerequisites, but not those of disabled flags", ({ expect }) => {
    const flag = (enabled: boolean): FlagDocument =>
      aFlag({
        prerequisites: [{ flag: "d", variants: ["on"] }],
        dependencies: { d: aDependency({ enabled, rules: scheduled }) },
      });
    expect(compileFlag(flag(true)).nextBoundary(0)).toBe(at("2026-01-01"));
    expect(compileFlag(flag(false)).nextBoundary(0)).toBeUndefined();
    expect(compileFlag(aFlag({ enabled: false, rules: scheduled })).nextBoundary(0)).toBeUndefined();
  });
});
