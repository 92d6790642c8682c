import type { EvaluationContext } from "../../evaluation/types.ts";
import type { JsonValue } from "../../flags/document.ts";

/**
 * Returns the same text for equal contexts, whatever the order of their attributes, and different texts for different
 * ones: text and numbers stay apart, and so do `null`, missing attributes and numbers that JSON cannot express.
 */
export function canonicalJson(value: JsonValue | EvaluationContext): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = (value as EvaluationContext)[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}
