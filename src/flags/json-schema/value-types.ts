import type { JsonValue } from "../document.ts";
import type { TypeName } from "./keywords.ts";

/** The values of each type, as messages name them. */
export const TYPE_TEXTS: Record<TypeName, string> = {
  object: "an object",
  array: "a list",
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "null",
};

/** Whether a value has a type of JSON Schema. */
export function hasType(value: JsonValue, type: TypeName): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
  }
}
