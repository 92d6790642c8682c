import { expect, test } from "vitest";
import { differences, isSame } from "../../../sdk/client/differences.ts";

const rules = (...ids: string[]) => ({ rules: ids.map((id) => ({ id })) });

test.for([
  ["beta", "staff"],
  ["1", "2"],
  ["10", "9"],
  ["constructor", "__proto__"],
  ["toString", "2"],
] as const)("rules %s and %s that change places are a difference", ([a, b]) => {
  expect(differences(rules(a, b), rules(b, a))).toEqual([{ pointer: "/rules", before: [a, b], after: [b, a] }]);
  expect(differences(rules(a, b), rules(a, b))).toEqual([]);
});

test("a rule between two others is the only difference, also if ids are numbers", () => {
  expect(differences(rules("3", "1"), rules("3", "2", "1"))).toEqual([
    { pointer: "/rules/2", before: undefined, after: { id: "2" } },
  ]);
});

test("the order of an object's members makes no difference, and the order of a list does", () => {
  expect(isSame({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 })).toBe(true);
  expect(isSame({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(isSame({ a: null }, {})).toBe(false);
});
