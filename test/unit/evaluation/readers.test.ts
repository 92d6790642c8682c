import fc from "fast-check";
import { describe, test, vi } from "vitest";

import { compileFlag, newCompilation } from "../../../src/evaluation/compile.ts";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { traceCondition } from "../../../src/evaluation/explain-condition.ts";
import { canonicalJson } from "../../../src/flags/formats/canonical-json.ts";
import { FALSE, TRUE, type Truth, UNKNOWN } from "../../../src/evaluation/truth.ts";
import type { AttributeCondition, Condition, FlagDocument, JsonValue } from "../../../src/flags/document.ts";
import { WITHOUT_EACH } from "../../../src/flags/value-kinds.ts";
import * as arbitrary from "./arbitraries.ts";
import { aDependency, aFlag, anInput } from "./documents.ts";

vi.setConfig({ testTimeout: 30_000 });

const compiled = (condition: Condition) => compileCondition(condition, newCompilation(aFlag()));
const nameOf = (truth: Truth) => (truth === UNKNOWN ? "unknown" : truth === TRUE);
const value = fc.oneof(arbitrary.scalar, arbitrary.version, fc.array(arbitrary.scalar), fc.jsonValue());
const reading = fc
  .oneof({ weight: 4, arbitrary: arbitrary.leaf }, arbitrary.packedLeaf)
  .map((one) => ({ ...(one as AttributeCondition), attribute: "a" }));

const PACKED = { width: 8, hashes: "AAAAAAAAAAA" };

describe("a condition with a reader", () => {
  test("is explained as it is evaluated", ({ expect }) => {
    fc.assert(
      fc.property(reading, value, fc.integer({ min: 0, max: Date.UTC(2040, 0) }), (condition, a, now) => {
        const input = anInput({ a: a as JsonValue }, { now });
        const trace = traceCondition(condition, {
          compilation: newCompilation(aFlag()),
          input,
          tracedSegments: new Set(),
        });
        expect(trace.result).toBe(nameOf(compiled(condition)(input)));
        expect(trace).toMatchObject(condition.read === undefined ? {} : { read: condition.read });
      }),
      { numRuns: 1000 },
    );
  });

  test("with each is what any of its elements makes it", ({ expect }) => {
    const eachable = reading.filter(({ operator }) => !WITHOUT_EACH.has(operator));
    fc.assert(
      fc.property(eachable, fc.array(value, { maxLength: 4 }), (condition, list) => {
        const one = compiled({ ...condition, each: false });
        const truths = list.map((element) => one(anInput({ a: element as JsonValue })));
        const expected = truths.includes(TRUE) ? TRUE : truths.includes(UNKNOWN) ? UNKNOWN : FALSE;
        const whole = compiled({ ...condition, each: true });
        expect(whole(anInput({ a: list as JsonValue[] }))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test.for<[string, object]>([
    ["an unknown reader", { read: "soundex" }],
    ["a reader that the operator does not take", { operator: "contains", values: ["1"], read: "number" }],
    ["a parameter of another type", { read: { modulo: "3" } }],
    ["a remainder by 0", { read: { modulo: 0 } }],
    ["an unknown unit", { operator: "lt", read: { age: "years" } }],
    ["a field that only a newer release knows", { read: { modulo: 3, offset: 1 } }],
    ["a salt that is not text", { operator: "in", values: ["0".repeat(64)], read: { sha256: 1 } }],
    ["half a byte", { operator: "in", values: ["0".repeat(64)], read: { sha256: "", first: 0.5 } }],
    ["both ends", { operator: "in", values: ["0".repeat(64)], read: { sha256: "", first: 1, last: 1 } }],
    ["another field beside sha256", { operator: "in", values: ["0".repeat(64)], read: { sha256: "", rounds: 2 } }],
    ["packed hashes without a reader", { operator: "in", values: undefined, packed: PACKED }],
    ["packed hashes beside values", { operator: "in", values: ["0".repeat(64)], packed: PACKED, read: { sha256: "" } }],
    [
      "damaged packed hashes",
      { operator: "in", values: undefined, packed: { width: 9, hashes: "" }, read: { sha256: "" } },
    ],
    ["packed: null", { operator: "in", values: ["0".repeat(64)], packed: null, read: { sha256: "" } }],
    [
      "another field of packed hashes",
      { operator: "in", values: undefined, packed: { ...PACKED, offset: 1 }, read: { sha256: "" } },
    ],
    ["null as reader", { read: null }],
    ["each that is not a boolean", { each: "yes" }],
    ["each of an operator for lists", { operator: "array_contains_any", each: true }],
  ])("does not compile with %s", ([, fault], { expect }) => {
    const condition = { attribute: "a", operator: "equals", values: [1], ...fault } as Condition;
    expect(() => compiled(condition)).toThrow(expect.objectContaining({ name: "CompileError" }));
  });
});

test("equal JSON has equal text, whatever the order of its names", ({ expect }) => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const text = canonicalJson(json as JsonValue);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
      expect(canonicalJson(reversed(json as JsonValue))).toBe(text);
    }),
  );
});

function reversed(json: JsonValue): JsonValue {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(reversed);
  return Object.fromEntries(
    Object.entries(json)
      .toReversed()
      .map(([name, one]) => [name, reversed(one)]),
  );
}

describe("readsAge", () => {
  const young: Condition = { attribute: "signedUpAt", operator: "lt", values: [7], read: { age: "days" } };
  const flagWith = (when: Condition, rest: Partial<FlagDocument> = {}) =>
    compileFlag(aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }], ...rest }));

  test("is true if a condition of the flag, a segment or a dependency reads an age", ({ expect }) => {
    expect(flagWith(young).readsAge).toBe(true);
    for (let i = 0; i < 2; i++) expect(flagWith({ segment: "s" }, { segments: { s: young } }).readsAge).toBe(true);
    const d = aDependency({ rules: [{ id: "r", when: { not: young }, serve: { variant: "off" } }] });
    expect(flagWith({ flag: "d", variants: ["on"] }, { dependencies: { d } }).readsAge).toBe(true);
  });

  test("is false for other readers, and for a disabled flag", ({ expect }) => {
    expect(flagWith({ attribute: "n", operator: "lt", values: [7], read: { modulo: 10 } }).readsAge).toBe(false);
    expect(flagWith(young, { enabled: false }).readsAge).toBe(false);
  });

  test("adds no boundary, so that no stream announces that somebody is a second older", ({ expect }) => {
    expect(flagWith(young).nextBoundary(0)).toBeUndefined();
  });
});
