import { afterAll, beforeAll, describe, test } from "vitest";
import { type DescribedFlag, typesText } from "../../../cli/generated/types-text.ts";
import type { JsonValue } from "../../../src/flags/document.ts";
import { ValueChecker } from "../../../src/flags/json-schema/check-value.ts";
import { schemaProblems } from "../../../src/flags/json-schema/schema-problems.ts";
import { RandomSchemas } from "../../support/json-schema/random-schema.ts";
import { startTypedProject, type TypedProject } from "../../support/typed-project.ts";

const aFlag = (key: string, jsonSchema: Record<string, JsonValue>, type: "object" | "json" = "object") =>
  ({ key, type, description: "", variants: { on: {} }, jsonSchema }) satisfies DescribedFlag;

/** Returns the type of one flag's values, and the declarations that it needs. */
function typeOf(jsonSchema: Record<string, JsonValue>, type: "object" | "json" = "object"): [string, string] {
  const text = typesText([aFlag("my-flag", jsonSchema, type)]);
  const [, value = ""] = /export type FlagValues = \{\n {2}"my-flag": (.*?);\n\};/s.exec(text) ?? [];
  const [, declarations = ""] = /"(?:object|json)";\n\};\n\n?(.*?)\nexport type JsonValue/s.exec(text) ?? [];
  return [value, declarations];
}

const T = { type: "string" };

describe("the type of a flag with a JSON Schema", () => {
  let project: TypedProject;
  beforeAll(async () => {
    project = await startTypedProject();
  });
  afterAll(() => project.close());

  test.for<[Record<string, JsonValue>, string]>([
    [
      {
        type: "object",
        properties: { b: T, a: { type: ["integer", "null"] } },
        required: ["a"],
        additionalProperties: false,
      },
      '{ "a": number | null; "b"?: string }',
    ],
    [{ type: "object", properties: { a: T } }, '{ "a"?: string; [key: string]: unknown }'],
    [{ type: "object", required: ["a"] }, '{ "a": JsonValue; [key: string]: JsonValue }'],
    [{ type: "object", additionalProperties: T }, "{ [key: string]: string }"],
    [{ type: "object", additionalProperties: false }, "{ [key: string]: never }"],
    [
      {
        type: "object",
        properties: { a: { type: "null" } },
        patternProperties: { "^x": T },
        additionalProperties: false,
      },
      '{ "a"?: null; [key: string]: string | null | undefined }',
    ],
    [{ type: "array", items: { enum: ["a", 1, null] } }, '("a" | 1 | null)[]'],
    [{ type: "array", prefixItems: [T, { const: true }], items: false, minItems: 1 }, "[string, true?]"],
    [{ type: "array", prefixItems: [T], items: { type: "number" } }, "[string?, ...number[]]"],
    [{ type: "array", items: false }, "[]"],
    [{ type: "object" }, "{ [key: string]: JsonValue }"],
    [{}, "{ [key: string]: JsonValue } | JsonValue[]"],
    [{ items: T }, "{ [key: string]: JsonValue } | string[]"],
    [{ enum: ["text", { a: 1 }] }, '{ "a": 1 }'],
    [
      {
        oneOf: [
          { type: "object", properties: { kind: { const: "a" } }, required: ["kind"], additionalProperties: false },
          { type: "array", items: T },
        ],
      },
      '{ "kind": "a" } | string[]',
    ],
    [
      {
        type: "object",
        properties: { a: T },
        additionalProperties: false,
        anyOf: [{ required: ["a"] }, { maxProperties: 0 }],
      },
      '{ "a"?: string }',
    ],
    [
      {
        type: "object",
        allOf: [{ properties: { a: T }, required: ["a"] }, { additionalProperties: { enum: ["x", "y"] } }],
      },
      '{ "a": string; [key: string]: unknown } & { [key: string]: "x" | "y" }',
    ],
  ])("%j", ([schema, expected], { expect }) => {
    expect(typeOf(schema)).toEqual([expected, ""]);
  });

  test("names schemas in $defs, which may refer to themselves", ({ expect }) => {
    const $defs = {
      node: { type: "object", properties: { next: { $ref: "#/$defs/node" } }, additionalProperties: false },
      unused: T,
    };
    expect(typeOf({ type: "array", items: { $ref: "#/$defs/node" }, $defs })).toEqual([
      "MyFlagNode[]",
      'export type MyFlagNode = { "next"?: MyFlagNode };\n',
    ]);
    expect(typeOf({ type: "array", items: { $ref: "#" } }, "json")).toEqual([
      "MyFlagValue[]",
      "export type MyFlagValue = MyFlagValue[];\n",
    ]);
  });

  test("has no name twice, and none that the file uses itself", ({ expect }) => {
    const schema = { items: { $ref: "#/$defs/b" }, $defs: { b: {} } };
    const values = { items: { $ref: "#/$defs/values" }, $defs: { values: {} } };
    const text = typesText([aFlag("a", schema), aFlag("a-", schema), aFlag("flag", values), aFlag("1", schema)]);
    expect([...text.matchAll(/^export type (\S+) = JsonValue;/gm)].map(([, name]) => name)).toEqual([
      "Flag1B",
      "AB",
      "AB2",
      "FlagValues2",
    ]);
  });

  test("shows the descriptions of properties, which cannot leave their comment", ({ expect }) => {
    const schema = { type: "object", properties: { a: { type: "string", description: "The colour */ of\n it." } } };
    expect(typeOf(schema)[0]).toBe(
      '{\n    /** The colour *\\/ of it. */\n    "a"?: string;\n    [key: string]: unknown;\n  }',
    );
  });

  test("is that of the variants without a schema, and with one of a later version", ({ expect }) => {
    expect(typeOf({ contains: {} })).toEqual(["{ [key: string]: never }", ""]);
  });

  test("accepts every value that the schema accepts", { timeout: 120_000 }, async ({ expect }) => {
    const flags: DescribedFlag[] = [];
    const lines: string[] = [];
    for (let seed = 1; flags.length < 150; seed++) {
      const random = new RandomSchemas(seed * 7);
      const schema = random.schema() as Record<string, JsonValue>;
      if (schemaProblems(schema).length > 0) continue;
      const key = `s${seed}`;
      const checker = new ValueChecker(schema, "");
      const values = Array.from({ length: 30 }, () => random.value(schema));
      const valid = values.filter((value) => checker.check(value, "").length === 0);
      flags.push({ key, type: "json", description: "", variants: { on: {} }, jsonSchema: schema });
      for (const value of valid) lines.push(`use<FlagValues["${key}"]>(${JSON.stringify(value)});`);
    }
    const header = 'import type { FlagValues } from "./random.ts";\nconst use = <T>(_: T) => undefined;\n';
    expect(lines.length).toBeGreaterThan(1000);
    expect(await project.compile({ "random.ts": typesText(flags), "values.ts": header + lines.join("\n") })).toBe("");
  });
});
