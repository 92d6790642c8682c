import { describe, test } from "vitest";
import type { JsonValue } from "../../../src/flags/document.ts";
import { mergePatch } from "../../../src/flags/merge-patch.ts";

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
});
