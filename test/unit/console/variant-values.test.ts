import { expect, test } from "vitest";
import { parseValue } from "../../../console/src/state/flags/variant-values.ts";

test("a value as JSON must not have a key twice in one object, because one of them would be lost", () => {
  const twice = (key: string) => ({ problem: `has the key "${key}" twice in one object` });
  expect(parseValue("object", '{"a": 1, "a": 2}')).toEqual(twice("a"));
  expect(parseValue("json", '[{"a": {"b": 1, "\\u0062" : 2}}]')).toEqual(twice("b"));
  const fine = { a: { a: 'of "a": {' }, b: [{ a: 1 }, { a: 2 }], c: "a" };
  expect(parseValue("object", JSON.stringify(fine))).toEqual({ value: fine });
});
