import type { PackedHashes } from "../document.ts";
import { countPacked } from "./packed-hashes.ts";

/** Returns a value as JSON for people to read, with only the beginning of packed hashes. */
export function shortJson(value: unknown, pointer = "", indent = 0): string {
  if (typeof value === "string" && pointer.endsWith("/packed/hashes")) return shortText(value);
  return JSON.stringify(
    value,
    (name, part: unknown) =>
      name === "packed" && isPacked(part) ? { ...part, hashes: `${countPacked(part)} hashes` } : part,
    indent,
  );
}

/** The number of characters of packed hashes that differences show. */
const SHOWN_CHARS = 24;

function shortText(hashes: string): string {
  if (hashes.length <= SHOWN_CHARS) return JSON.stringify(hashes);
  return `${JSON.stringify(`${hashes.slice(0, SHOWN_CHARS)}…`)} (${hashes.length} characters)`;
}

function isPacked(value: unknown): value is PackedHashes {
  if (typeof value !== "object" || value === null) return false;
  const { width, hashes } = value as Partial<PackedHashes>;
  return typeof width === "number" && typeof hashes === "string";
}
