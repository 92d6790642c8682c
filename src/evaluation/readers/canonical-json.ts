import type { JsonValue } from "../../flags/document.ts";

/**
 * Returns a value as JSON without white space, with the names of each object in the order of their code units. RFC 8785
 * defines this form, in which equal values have equal texts.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as JsonValue)}`).join(",")}}`;
}
