/** Metadata as one line of text. */
import type { MetadataValue } from "../../state/flags/flag-draft.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";

/** Text as it stands, unless it would be read as something else. */
export function metadataText(value: MetadataValue): string {
  return typeof value === "string" && !/^(?:true|false|[+-]?\d.*|".*)$/s.test(value) ? value : JSON.stringify(value);
}

export function parseMetadata(text: string): Parsed<MetadataValue> {
  if (text === "true" || text === "false") return { value: text === "true" };
  if (/^[+-]?\d/.test(text)) {
    const number = Number(text);
    const isAccepted = /^[+-]?\d+$/.test(text) && Math.abs(number) < 2 ** 31;
    return isAccepted ? { value: number } : { problem: 'must be a 32-bit whole number, or text in quotes as "1.5"' };
  }
  if (!text.startsWith('"')) return { value: text };
  try {
    return { value: String(JSON.parse(text)) };
  } catch {
    return { problem: "the quotes must close" };
  }
}
