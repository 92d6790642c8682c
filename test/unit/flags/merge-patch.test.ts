import type { GenericSchema } from "valibot";
import { describe, test } from "vitest";
import type { JsonValue } from "../../../src/flags/document.ts";
import { mergePatch } from "../../../src/flags/merge-patch.ts";
import { conditionSchema, flagInputSchema, segmentInputSchema, serveSchema } from "../../../src/flags/schema.ts";

/** The test cases of RFC 7396, appendix A. */
const CASES: [target: JsonValue, patch: JsonValue, outcome: JsonValue][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("merge patch", () => {
  for (const [target, patch, outcome] of CASES) {
    test(`${JSON.stringify(target)} with ${JSON.stringify(patch)} is ${JSON.stringify(outcome)}`, ({ expect }) => {
      const before = structuredClone(target);
      expect(mergePatch(target, patch)).toEqual(outcome);
      expect(target).toEqual(before);
    });
  }

  const weights = [["on", 100_000]];
  const rollout = { by: ["id"], salt: "s", weights, ramp: { from: 0, to: 1, startAt: "a", endAt: "b" } };
  const leaf = { attribute: "a", operator: "in", values: ["x"], missing: true };
  test.for<[string, JsonValue, JsonValue, JsonValue, GenericSchema]>([
    ["a variant replaces a rollout", { rollout }, { variant: "on" }, { variant: "on" }, serveSchema],
    [
      "a rollout replaces a variant",
      { variant: "on" },
      { rollout: { weights } },
      { rollout: { weights } },
      serveSchema,
    ],
    ["a draw replaces a rollout", { rollout }, { draw: { weights } }, { draw: { weights } }, serveSchema],
    [
      "null for the other form changes nothing",
      { rollout },
      { rollout: null, variant: "on" },
      { variant: "on" },
      serveSchema,
    ],
    [
      "a rollout is merged with a rollout",
      { rollout },
      { rollout: { ramp: null } },
      { rollout: { by: ["id"], salt: "s", weights } },
      serveSchema,
    ],
    [
      "two forms at once replace another form, so that the validation names just these",
      { rollout },
      { variant: "on", draw: { weights } },
      { variant: "on", draw: { weights } },
      serveSchema,
    ],
    ["a segment replaces an attribute with all its fields", leaf, { segment: "s" }, { segment: "s" }, conditionSchema],
    ["an attribute replaces a group", { all: [leaf] }, leaf, leaf, conditionSchema],
    [
      "a form inside not is replaced",
      { not: { any: [leaf] } },
      { not: { segment: "s" } },
      { not: { segment: "s" } },
      conditionSchema,
    ],
    ["an attribute is merged with an attribute", leaf, { values: ["y"] }, { ...leaf, values: ["y"] }, conditionSchema],
  ])("%s", ([, target, patch, outcome, schema], { expect }) => {
    expect(mergePatch(target, patch, schema)).toEqual(outcome);
  });

  test("the forms of a flag's default replace each other, but not members of a JSON value", ({ expect }) => {
    const flag = { default: { rollout }, variants: { a: { rollout: 1 } } };
    const patch = { default: { variant: "on" }, variants: { a: { variant: 2 } } };
    const outcome = { default: { variant: "on" }, variants: { a: { rollout: 1, variant: 2 } } };
    expect(mergePatch(flag, patch, flagInputSchema)).toEqual(outcome);
    const segment = { condition: { any: [leaf] } };
    expect(mergePatch(segment, { condition: leaf }, segmentInputSchema)).toEqual({ condition: leaf });
  });
});
