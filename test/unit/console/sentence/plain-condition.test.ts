/** The conditions that a sentence can edit. */
import { expect, test } from "vitest";
import type { Condition } from "../../../../sdk/client/contract.ts";
import {
  attributeTestOf,
  conditionOfAttribute,
  conditionOfSegment,
  conjunctionOf,
  segmentTestOf,
  shownValues,
  withNewPart,
  withoutPart,
  withPart,
} from "../../../../console/src/ui/sentence/plain-condition.ts";

const NL: Condition = { attribute: "country", operator: "in", values: ["NL"] };
const PRO: Condition = { attribute: "plan", operator: "equals", values: ["pro"] };
const EMPTY = { attribute: "", operator: "equals", values: [] };

test("a condition grows by parts that it can lose again", () => {
  expect(withNewPart(undefined)).toEqual(EMPTY);
  expect(withNewPart(NL)).toEqual({ all: [NL, EMPTY] });
  expect(withNewPart({ all: [NL, PRO] })).toEqual({ all: [NL, PRO, EMPTY] });
  expect(withNewPart({ any: [NL] })).toEqual({ any: [NL, EMPTY] });
  expect(withNewPart({ not: NL })).toEqual({ all: [{ not: NL }, EMPTY] });
  for (const condition of [NL, { any: [NL, PRO] }, { all: [NL, PRO] }]) {
    const grown = withNewPart(condition);
    expect(withoutPart(grown, conjunctionOf(grown).parts.length - 1)).toEqual(condition);
  }
  expect(withoutPart(NL, 0)).toBeUndefined();
  expect(withoutPart({ any: [NL, PRO] }, 0)).toEqual(PRO);
});

test("a part changes in its place, which has its pointer", () => {
  expect(withPart(NL, 0, PRO)).toEqual(PRO);
  expect(withPart({ all: [NL, NL] }, 1, PRO)).toEqual({ all: [NL, PRO] });
  expect(withPart({ any: [NL, NL] }, 0, PRO)).toEqual({ any: [PRO, NL] });
  expect(conjunctionOf({ any: [NL, PRO] })).toMatchObject({ joint: "OR", parts: [NL, PRO] });
  expect(conjunctionOf({ any: [NL, PRO] }).pointerOf(1)).toBe("/any/1");
  expect(conjunctionOf(NL).pointerOf(0)).toBe("");
});

test("a test of an attribute can be negated, unless it reads hashes or list elements", () => {
  expect(attributeTestOf(NL)).toEqual({ leaf: NL, isNegated: false });
  expect(attributeTestOf({ not: NL })).toEqual({ leaf: NL, isNegated: true });
  const each: Condition = { ...NL, each: true };
  expect(attributeTestOf(each)).toEqual({ leaf: each, isNegated: false });
  for (const one of [NL, { not: NL }, each]) expect(conditionOfAttribute(attributeTestOf(one)!)).toEqual(one);
  const hash = { ...NL, read: { sha256: "salt" } } as Condition;
  for (const one of [hash, { not: each }, { segment: "beta" }, { all: [NL] }, { not: { not: NL } }]) {
    expect(attributeTestOf(one)).toBeUndefined();
  }
});

test("a segment has a test that can be the opposite", () => {
  const beta: Condition = { segment: "beta" };
  expect(segmentTestOf(beta)).toEqual({ segment: "beta", isNegated: false });
  expect(segmentTestOf({ not: beta })).toEqual({ segment: "beta", isNegated: true });
  for (const one of [beta, { not: beta }]) expect(conditionOfSegment(segmentTestOf(one)!)).toEqual(one);
  for (const one of [NL, { not: NL }, { all: [beta] }, { not: { not: beta } }]) {
    expect(segmentTestOf(one)).toBeUndefined();
  }
});

test("values are shown one by one, and those with fields of their own have no chips", () => {
  const shown = (operator: string, values?: unknown[]) =>
    shownValues({ attribute: "a", operator, ...(values && { values }) } as never);
  expect(shown("in", ["NL", 1])).toEqual({ texts: ['"NL"', "1"], isRemovable: true });
  expect(shown("contains", ["a", "b"])).toEqual({ texts: ["a", "b"], isRemovable: true });
  expect(shown("between", [1, 5, 10, 20])).toEqual({ texts: ["1 and 5", "10 and 20"], isRemovable: false });
  expect(shown("gte", [3])).toEqual({ texts: ["3"], isRemovable: false });
  expect(shown("matches", ["a{1,3}"])).toEqual({ texts: ["a{1,3}"], isRemovable: false });
  expect(shown("before", [""])).toEqual({ texts: [], isRemovable: false });
  expect(shown("exists")).toBeUndefined();
});
