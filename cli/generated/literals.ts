import type { JsonValue } from "../../src/flags/document.ts";
import { oneLine } from "../text/escape.ts";

/** Returns a value as a type. Characters that editors do not show become escapes. */
export function literal(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return oneLine(JSON.stringify(value));
  const fields = Object.entries(value).toSorted(([a], [b]) => byText(a, b));
  if (fields.length === 0) return "{ [key: string]: never }";
  return `{ ${fields.map(([name, field]) => `${literal(name)}: ${literal(field)}`).join("; ")} }`;
}

export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
