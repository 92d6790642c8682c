import { toJsonSchema } from "@valibot/to-json-schema";
import { describe, test } from "vitest";
import { OPERATORS } from "../../../src/flags/document.ts";
import * as schemas from "../../../src/flags/schema.ts";

describe("schemas", () => {
  const exported = Object.entries(schemas).filter(([name]) => name.endsWith("Schema"));

  test("all convert to JSON Schema", ({ expect }) => {
    for (const [name, schema] of exported) {
      expect(() => toJsonSchema(schema as (typeof schemas)["ruleSchema"], { errorMode: "throw" }), name).not.toThrow();
    }
    expect(exported.length).toBeGreaterThan(7);
  });

  test("name every operator", ({ expect }) => {
    const text = JSON.stringify(toJsonSchema(schemas.conditionSchema));
    for (const operator of OPERATORS) expect(text).toContain(`"${operator}"`);
  });
});
