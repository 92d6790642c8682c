import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactJson, findInexactNumbers, isInexact } from "../../../src/flags/formats/exact-numbers.ts";

const MAX = "9007199254740991";

describe("numbers in JSON text", () => {
  test("whole numbers beyond ±(2^53 − 1) are found, with their places", () => {
    const text = `{"a": [1, -9007199254740993, {"b/\\"c\\\\" : 9007199254740992}], "d":"12345678901234567890", "e":${MAX}}`;
    expect(findInexactNumbers(text, 50)).toEqual([
      ["a", 1],
      ["a", 2, 'b/"c\\'],
    ]);
    expect(findInexactNumbers(text, 1)).toEqual([["a", 1]]);
    expect(findInexactNumbers("12345678901234567890", 50)).toEqual([[]]);
  });

  test("floats, text and safe whole numbers are kept", () => {
    const text = `[${MAX}, -${MAX}, 1e30, 12345678901234567890.5, 1.2345678901234567890e25, 9007199254740993.0, 9.007199254740993e15, "9007199254740993", "x:[1\\""]`;
    expect(findInexactNumbers(text, 50)).toEqual([]);
    for (const literal of ["1e30", "1.5", "0x20000000000001", MAX]) expect(isInexact(literal)).toBe(false);
    for (const literal of ["9007199254740992", "-9007199254740992", "9".repeat(400)])
      expect(isInexact(literal)).toBe(true);
  });

  test("an overwritten member counts too", () => {
    expect(findInexactNumbers('{"a":9007199254740993,"a":1}', 50)).toEqual([["a"]]);
  });

  test("deep nesting ends the search instead of the isolate", () => {
    expect(findInexactNumbers(`${"[".repeat(2_000_000)}9007199254740993`, 50)).toEqual([]);
  });

  test("every number that is found is at its place in the parsed value", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const integers = fc.bigInt({ min: 9007199254740992n, max: 10n ** 30n });
    fc.assert(
      fc.property(value, value, integers, (before, after, large) => {
        const [first, last] = [JSON.stringify(before), JSON.stringify(after)];
        const text = `{"first":${first},"list":[0,{"":${large}}],"last":${last}}`;
        const places = findInexactNumbers(text, 50).filter(([name]) => name === "list");
        expect(places).toEqual([["list", 1, ""]]);
      }),
    );
  });

  test("a value is written so that it is read back as it is", () => {
    expect(exactJson({ a: 1e17, b: [-12345678901234567000, "12345678901234567890"], c: 1e30, d: 5 })).toBe(
      '{"a":1e+17,"b":[-1.2345678901234567e+19,"12345678901234567890"],"c":1e+30,"d":5}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = exactJson(value);
        expect(findInexactNumbers(text, 1)).toEqual([]);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
