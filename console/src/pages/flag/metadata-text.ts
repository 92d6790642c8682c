/** Metadata as one line of text. */
import type { MetadataValue } from "../../state/flags/flag-draft.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";

/** Returns a value as text. Text is in quotes only if it would otherwise be read as a number or a boolean. */
export function metadataText(value: MetadataValue): string {
  return typeof value === "string" && !/^(?:true|false|[+-]?\d.*|".*)$/s.test(value) ? value : JSON.stringify(value);
}

export function parseMetadata(text: string): Parsed<MetadataValue> {
  if (text === "true" || text === "false") return { value: text === "true" };
  if (/^[+-]?\d/.test(text)) {
    const number = Number(text);
    const isAccepted = /^[+-]?\d+$/.test(text) && Math.abs(number) < 2 ** 31;
    return isAccepted
      ? { value: number }
      : { problem: 'must be a 32-bit whole number, or text in quotes such as "1.5"' };
  }
  if (!text.startsWith('"')) return { value: text };
  try {
    return { value: String(JSON.parse(text)) };
  } catch {
    return { problem: "must end with a closing quote" };
  }
}
