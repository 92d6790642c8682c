import type { JsonValue } from "../document.ts";

/** A JSON value, or an object of which some members may be absent. */
type Canonical = JsonValue | { readonly [name: string]: JsonValue | undefined };

/**
 * Returns a value as JSON without white space, with the names of each object in the order of their code units. RFC 8785
 * defines this form. Equal values have equal texts and different ones different texts: text and numbers stay apart, and
 * so do `null`, missing members and numbers that JSON cannot express.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = (value as { readonly [name: string]: JsonValue | undefined })[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}
