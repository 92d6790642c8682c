import type { FieldError } from "../../ops/errors.ts";
import type { FlagDefinition, FlagType, JsonValue } from "../document.ts";
import { LIMITS } from "../limits.ts";
import { escapePointer } from "../validate.ts";
import { ValueChecker } from "./check-value.ts";
import type { SchemaObject } from "./keywords.ts";
import { schemaProblems } from "./schema-problems.ts";

/** The parts of a flag that its schema describes, and the schema. */
export type DescribedValues = Pick<FlagDefinition, "type" | "variants"> & {
  fallback?: JsonValue | undefined;
  jsonSchema?: JsonValue | undefined;
};

/** Whether flags of the type may have a schema. */
export function takesJsonSchema(type: FlagType): boolean {
  return type === "object" || type === "json";
}

/**
 * Returns the problems of a flag's schema; without any, those of the variants and the fallback that do not fit it. The
 * pattern engine must be loaded.
 */
export function validateJsonSchema({ type, variants, fallback, jsonSchema }: DescribedValues): FieldError[] {
  if (jsonSchema === undefined || jsonSchema === null) return [];
  if (!takesJsonSchema(type))
    return [
      { pointer: "/jsonSchema", detail: `is allowed only for the types object and json, and the type is ${type}` },
    ];
  const problems = schemaProblems(jsonSchema);
  if (problems.length > 0) return problems.map(({ pointer, detail }) => ({ pointer: `/jsonSchema${pointer}`, detail }));
  const checker = new ValueChecker(jsonSchema as SchemaObject, "/jsonSchema");
  const errors: FieldError[] = [];
  const check = (value: JsonValue, at: string) => {
    if (errors.length < LIMITS.schemaErrors) errors.push(...checker.check(value, at));
  };
  for (const [name, value] of Object.entries(variants)) check(value, `/variants/${escapePointer(name)}`);
  if (fallback !== undefined && fallback !== null) check(fallback, "/fallback");
  return errors.slice(0, LIMITS.schemaErrors);
}
