import { describe, test } from "vitest";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { parseFlagInput } from "../../../../src/flags/parse.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { InvalidInputError } from "../../../../src/ops/errors.ts";

const flag = (jsonSchema: unknown, variants: Record<string, JsonValue>, more: object = {}) => ({
  key: "theme",
  type: "json",
  variants,
  enabled: true,
  default: { variant: Object.keys(variants)[0] },
  jsonSchema,
  ...more,
});

function problems(jsonSchema: unknown, variants: Record<string, JsonValue>, more: object = {}): string[] {
  try {
    parseFlagInput(flag(jsonSchema, variants, more));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

const THEME = {
  type: "object",
  properties: {
    colour: { type: "string", pattern: "^#[0-9a-f]{6}$" },
    sizes: { type: "array", items: { type: "integer", minimum: 1 }, minItems: 1, uniqueItems: true },
    mode: { enum: ["dark", "light"] },
  },
  required: ["colour"],
  additionalProperties: false,
};

describe("the values of a flag with a schema", () => {
  test("fit it, and so does the fallback", ({ expect }) => {
    expect(problems(THEME, { a: { colour: "#ff0000", sizes: [1, 2] } }, { fallback: { colour: "#000000" } })).toEqual(
      [],
    );
  });

  test("are refused with the variant, the pointer into the value and the keyword, all at once", ({ expect }) => {
    const variants = { a: { colour: "red", sizes: [0, 1, 1, "x"], mode: "grey" }, "b/c": { color: "#ff0000" }, c: 1 };
    expect(problems(THEME, variants, { fallback: null })).toEqual([
      "/variants/a/colour must match the pattern ^#[0-9a-f]{6}$ (/jsonSchema/properties/colour/pattern)",
      "/variants/a/sizes must not contain an entry twice, but entries 1 and 2 are equal (/jsonSchema/properties/sizes/uniqueItems)",
      "/variants/a/sizes/0 must be at least 1 (/jsonSchema/properties/sizes/items/minimum)",
      "/variants/a/sizes/3 must be a whole number (/jsonSchema/properties/sizes/items/type)",
      '/variants/a/mode must be "dark" or "light" (/jsonSchema/properties/mode/enum)',
      '/variants/b~1c must have "colour" (/jsonSchema/required)',
      '/variants/b~1c/color is not a property that the schema names; it names "colour", "sizes" and "mode" (/jsonSchema/additionalProperties)',
      "/variants/c must be an object (/jsonSchema/type)",
    ]);
    expect(problems(THEME, { a: { colour: "#ff0000" } }, { fallback: {} })).toEqual([
      '/fallback must have "colour" (/jsonSchema/required)',
    ]);
  });

  test.for<[object, JsonValue, string]>([
    [{ type: ["string", "null"] }, 1, " must be text or null (/jsonSchema/type)"],
    [{ const: { a: 1 } }, { a: 2 }, ' must be {"a":1} (/jsonSchema/const)'],
    [{ minLength: 2 }, "😀", " must have at least 2 characters (/jsonSchema/minLength)"],
    [{ maxLength: 1 }, "ab", " must have at most 1 character (/jsonSchema/maxLength)"],
    [{ maximum: 1 }, 2, " must be at most 1 (/jsonSchema/maximum)"],
    [{ exclusiveMinimum: 1 }, 1, " must be more than 1 (/jsonSchema/exclusiveMinimum)"],
    [{ exclusiveMaximum: 1 }, 1, " must be less than 1 (/jsonSchema/exclusiveMaximum)"],
    [{ multipleOf: 0.1 }, 0.25, " must be a multiple of 0.1 (/jsonSchema/multipleOf)"],
    [{ minItems: 1 }, [], " must have at least 1 entry (/jsonSchema/minItems)"],
    [{ maxItems: 2 }, [1, 2, 3], " must have at most 2 entries (/jsonSchema/maxItems)"],
    [{ minProperties: 2 }, {}, " must have at least 2 properties (/jsonSchema/minProperties)"],
    [{ maxProperties: 1 }, { a: 1, b: 1 }, " must have at most 1 property (/jsonSchema/maxProperties)"],
    [{ prefixItems: [true], items: false }, [1, 2], "/1 is not allowed (/jsonSchema/items)"],
    [
      { patternProperties: { "^x": { type: "null" } } },
      { xy: 1 },
      "/xy must be null (/jsonSchema/patternProperties/^x/type)",
    ],
    [
      { propertyNames: { maxLength: 1 } },
      { ab: 1 },
      "/ab has a name that must have at most 1 character (/jsonSchema/propertyNames/maxLength)",
    ],
    [{ not: { type: "null" } }, null, " must not fit the schema (/jsonSchema/not)"],
    [{ if: { const: 1 }, else: { const: 2 } }, 3, " must be 2 (/jsonSchema/else/const)"],
    [
      { oneOf: [{ type: "number" }, { minimum: 1 }] },
      2,
      " must fit only one of 2 schemas, but fits those at 0 and 1 (/jsonSchema/oneOf)",
    ],
    [
      { anyOf: [{ type: "string" }, { properties: { a: { properties: { b: { const: 1 } } } } }] },
      { a: { b: 2 } },
      " must fit at least one of 2 schemas; of the nearest one, /a/b must be 1 (/jsonSchema/anyOf/1/properties/a/properties/b/const) (/jsonSchema/anyOf)",
    ],
    [
      { $defs: { tree: { type: "object", additionalProperties: { $ref: "#/$defs/tree" } } }, $ref: "#/$defs/tree" },
      { a: { b: { c: 1 } } },
      "/a/b/c must be an object (/jsonSchema/$defs/tree/type)",
    ],
  ])("%j refuses %j", ([schema, value, expected], { expect }) => {
    expect(problems(schema, { v: value })).toEqual([`/variants/v${expected}`]);
  });

  test.for<[number, number, boolean]>([
    [0.3, 0.1, true],
    [1e21, 1e-7, true],
    [1e300, 3, false],
    [-4, 2, true],
    [0.07, 0.02, false],
  ])("%d is a multiple of %d: %s", ([value, multipleOf, isMultiple], { expect }) => {
    expect(problems({ multipleOf }, { v: value }).length === 0).toBe(isMultiple);
  });

  test("report at most 20 problems", ({ expect }) => {
    const list = Array.from({ length: 100 }, (_, i) => i);
    expect(problems({ items: { type: "string" } }, { a: list, b: list })).toHaveLength(LIMITS.schemaErrors);
  });

  test("take a bounded number of steps, however often schemas refer to each other", ({ expect }) => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => {
        const next = i === 39 ? { type: "object" } : { $ref: `#/$defs/d${i + 1}` };
        return [`d${i}`, { allOf: [next, next] }];
      }),
    );
    expect(problems({ $defs, $ref: "#/$defs/d0" }, { a: {} })).toEqual([
      "/jsonSchema takes more than 200000 steps to check; simplify the schema",
    ]);
  });

  test("take steps for large patterns and long literals", ({ expect }) => {
    const tooMany = "/jsonSchema takes more than 200000 steps to check; simplify the schema";
    expect(problems({ pattern: "[\\p{L}]{0,900}z" }, { v: "x".repeat(31_000) })).toEqual([tooMany]);
    const consts = Array.from({ length: 300 }, (_, i) => ({ const: { a: i } }));
    const long = Array.from({ length: 30 }, () => "x".repeat(1000));
    expect(problems({ items: { anyOf: consts } }, { v: long })).toEqual([tooMany]);
  });

  test("match patterns in time that is linear in the text", ({ expect }) => {
    const started = performance.now();
    expect(problems({ pattern: "^(a+)+$" }, { v: `${"a".repeat(30_000)}!` })).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("have no schema if the flag is not an object or json", ({ expect }) => {
    expect(problems({}, { v: "x" }, { type: "string" })).toEqual([
      "/jsonSchema is allowed only for the types object and json, and the type is string",
    ]);
    expect(problems(null, { v: "x" }, { type: "string" })).toEqual([]);
  });
});
