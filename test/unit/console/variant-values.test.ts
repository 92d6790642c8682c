import { expect, test } from "vitest";
import { parseValue } from "../../../console/src/state/flags/variant-values.ts";

test("a value as JSON must not have a key twice in one object, because one of them would be lost", () => {
  const twice = (column: number, key: string) => ({
    problem: `line 1, column ${column}: the key "${key}" is already used in this object`,
  });
  expect(parseValue("object", '{"a": 1, "a": 2}')).toEqual(twice(10, "a"));
  expect(parseValue("json", '[{"a": {"b": 1, "\\u0062" : 2}}]')).toEqual(twice(17, "b"));
  const fine = { a: { a: 'of "a": {' }, b: [{ a: 1 }, { a: 2 }], c: "a" };
  expect(parseValue("object", JSON.stringify(fine))).toEqual({ value: fine });
});

test("a mistake in JSON has a line, a column and words of our own, in every browser", () => {
  const problem = "line 3, column 3: a comma or } is missing";
  expect(parseValue("object", '{\n  "a": 1\n  "b": 2\n}')).toEqual({ problem });
});
