import { describe, test } from "vitest";
import { schemaProblems } from "../../../../src/flags/json-schema/schema-problems.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";

const nested = (levels: number): object => (levels === 0 ? {} : { items: nested(levels - 1) });

describe("the schema of a flag", () => {
  test("may use every keyword of the subset", ({ expect }) => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://example.com/theme",
      title: "Theme",
      type: ["object", "null"],
      properties: { size: { type: "integer", minimum: 1, exclusiveMaximum: 10, multipleOf: 2, default: 2 } },
      patternProperties: { "^x-": true },
      additionalProperties: { $ref: "#/$defs/a~1b" },
      propertyNames: { maxLength: 10 },
      required: ["size"],
      $defs: { "a/b": { type: "array", prefixItems: [{ const: 1 }], items: { $ref: "#" } }, "c d": {} },
      allOf: [{ not: { enum: [1] } }, { $ref: "#/$defs/c%20d" }],
      if: { required: ["x-a"] },
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, which nobody calls
      then: { minProperties: 2 },
      examples: [{ size: 2 }],
    };
    expect(schemaProblems(schema)).toEqual([]);
  });

  test.for([
    ["text", "must be an object with keywords of JSON Schema"],
    [true, "must be an object with keywords of JSON Schema"],
    [[], "must be an object with keywords of JSON Schema"],
    [{ type: "text" }, "/type must be one of object, array, string, number, integer, boolean, null, or a list of them"],
    [{ type: [] }, "/type must be one of"],
    [
      { properties: { a: { nullable: true } } },
      '/properties/a/nullable "nullable" is not a keyword that schemas of flags support; write the type as a list, such as ["string", "null"]',
    ],
    [{ definitions: {} }, '/definitions "definitions" is not a keyword that schemas of flags support; write $defs'],
    [
      { unevaluatedProperties: false },
      '/unevaluatedProperties "unevaluatedProperties" is not a keyword that schemas of flags support; the keywords are $schema, ',
    ],
    [{ contains: {} }, '/contains "contains" is not a keyword'],
    [{ toString: 1 }, '/toString "toString" is not a keyword'],
    [{ $ref: "https://example.com/schema" }, '/$ref must be "#" or "#/$defs/NAME": a schema refers only to itself'],
    [{ $ref: "#/properties/a" }, '/$ref must be "#" or "#/$defs/NAME"'],
    [{ $defs: { a: {} }, items: { $ref: "#/$defs/b" } }, '/items/$ref refers to "b", which is not in $defs (it has a)'],
    [{ $ref: "#/$defs/constructor" }, '/$ref refers to "constructor", which is not in $defs'],
    [{ items: { $defs: {} } }, "/items/$defs is accepted only at the top of the schema"],
    [{ items: { $schema: "x" } }, "/items/$schema is accepted only at the top of the schema"],
    [
      { $schema: "http://json-schema.org/draft-07/schema#" },
      '/$schema must be "https://json-schema.org/draft/2020-12/schema"',
    ],
    [{ items: [{}] }, "/items must be a schema: an object, true or false"],
    [{ anyOf: [] }, "/anyOf must be a list with at least one schema"],
    [{ properties: [] }, "/properties must be an object of schemas by name"],
    [{ required: ["a", "a"] }, "/required must be a list of names, each once"],
    [{ minLength: -1 }, "/minLength must be a whole number from 0"],
    [{ multipleOf: 0 }, "/multipleOf must be a number above 0"],
    [{ enum: [] }, "/enum must be a list with at least one value"],
    [{ uniqueItems: "yes" }, "/uniqueItems must be true or false"],
    [{ pattern: "(?=a)" }, "/pattern must be a pattern in RE2 syntax: "],
    [{ pattern: 1 }, "/pattern must be text"],
    [{ patternProperties: { "(a)\\1": {} } }, "/patternProperties/(a)\\1 must be a pattern in RE2 syntax: "],
    [
      { properties: { a: { pattern: "x{1000}".repeat(5) }, b: { pattern: "x{1000}".repeat(20) } } },
      "/properties/b/pattern makes the patterns of the schema too large",
    ],
    [{ pattern: "a".repeat(1025) }, "/pattern must not exceed 1024 characters"],
    [nested(LIMITS.schemaDepth), "/items".repeat(LIMITS.schemaDepth) + " is nested too deeply"],
    [
      { enum: ["x".repeat(LIMITS.schemaBytes)] },
      `is ${LIMITS.schemaBytes + 13} bytes as JSON; at most ${LIMITS.schemaBytes} are accepted`,
    ],
    [
      { anyOf: Array.from({ length: 1000 }, () => true) },
      "/anyOf/999 is schema number 1001; at most 1000 are accepted",
    ],
    [{ $ref: "#" }, "refers to itself without a step into the value"],
    [
      { $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } },
      "/$defs/a refers to itself without a step into the value",
    ],
  ] as const)("with mistake %# is refused by name", ([schema, expected], { expect }) => {
    const [first] = schemaProblems(schema);
    expect(`${first?.pointer} ${first?.detail}`.trim().slice(0, expected.length)).toBe(expected);
  });

  test("reports all problems at once, up to a limit", ({ expect }) => {
    expect(schemaProblems({ type: 1, foo: 1, items: { bar: 2 } }).map(({ pointer }) => pointer)).toEqual([
      "/type",
      "/foo",
      "/items/bar",
    ]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, 1]));
    expect(schemaProblems(many)).toHaveLength(LIMITS.schemaErrors);
  });
});
