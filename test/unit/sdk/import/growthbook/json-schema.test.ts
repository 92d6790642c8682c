import { describe, expect, it } from "vitest";
import { importProject } from "../../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../../src/evaluation/prepare.ts";

await prepareToCompileAny();

/** Imports a feature with one value. Returns its schema, and the report's notes as texts. */
function imported(jsonSchema: object, defaultValue: unknown = { size: 1 }): [unknown, string[]] {
  const { flags, report } = importProject("growthbook", { features: { one: { defaultValue, jsonSchema } } });
  return [
    flags[0]?.jsonSchema,
    report.entries.flatMap(({ notes }) => notes.map(({ place, text }) => `${place} ${text}`)),
  ];
}

const asText = (schema: unknown, more: object = {}) => ({
  schemaType: "schema",
  schema: JSON.stringify(schema),
  ...more,
});
const field = { key: "size", type: "integer", required: true, description: "Of the text", enum: [], min: 0, max: 9 };

describe("the JSON Schema of a feature of GrowthBook", () => {
  it("is carried over if it fits the subset and the values", () => {
    const schema = { type: "object", required: ["size"] };
    expect(imported(asText({ $schema: "http://json-schema.org/draft-07/schema#", ...schema }))).toEqual([schema, []]);
  });

  it("in the simple form becomes a schema of an object, a value, or a list", () => {
    const simple = (type: string, ...fields: object[]) => ({ schemaType: "simple", simple: { type, fields } });
    const size = { type: "integer", description: "Of the text", minimum: 0, maximum: 9 };
    const object = { type: "object", properties: { size }, required: ["size"], additionalProperties: false };
    expect(imported(simple("object", field))).toEqual([object, []]);
    expect(imported(simple("object[]", field), [{ size: 1 }])).toEqual([{ type: "array", items: object }, []]);
    const text = { ...field, type: "string", description: "" };
    const length = { type: "string", minLength: 0, maxLength: 9 };
    expect(imported(simple("primitive[]", text), ["a"])).toEqual([{ type: "array", items: length }, []]);
    const level = { ...field, type: "float", enum: ["0.5", "1"], description: "" };
    expect(imported(simple("primitive[]", level), [0.5])).toEqual([
      { type: "array", items: { type: "number", enum: [0.5, 1] } },
      [],
    ]);
  });

  it.each([
    [asText({ type: "object" }, { enabled: false }), "/enabled the JSON Schema is left out: it is switched off"],
    [asText({ format: 1 }), "/schema the JSON Schema is left out: /jsonSchema/format must be text"],
    [asText({ contains: {} }), '/schema the JSON Schema is left out: /jsonSchema/contains "contains" is not a keyword'],
    [asText({ required: ["x"] }), '/schema the JSON Schema is left out: /variants/default must have "x"'],
    [{ schemaType: "schema", schema: "{" }, "/schema the JSON Schema is left out: it is not a schema in JSON"],
    [{ schemaType: "simple", simple: {} }, "/simple the JSON Schema is left out: it is not a schema in JSON"],
  ])("is left out with a note: %j", (jsonSchema, note) => {
    const [schema, notes] = imported(jsonSchema);
    expect([schema, notes]).toEqual([undefined, [expect.stringContaining(`/features/one/jsonSchema${note}`)]]);
  });

  it("of another type than object and json is left out with a note", () => {
    expect(imported(asText({ maxLength: 9 }), "text")).toEqual([
      undefined,
      [expect.stringContaining("/jsonSchema is allowed only for the types object and json")],
    ]);
  });
});
