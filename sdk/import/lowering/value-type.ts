import type { FlagType, JsonValue } from "../../../src/flags/document.ts";

/** Returns the narrowest type of a flag with these values. */
export function commonType(values: readonly JsonValue[]): FlagType {
  const types = new Set(values.map(typeOf));
  const [only] = types;
  if (types.size === 2 && types.has("integer") && types.has("float")) return "float";
  return types.size === 1 && only !== undefined ? only : "json";
}

function typeOf(value: JsonValue): FlagType {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "float";
  return value === null ? "json" : "object";
}
