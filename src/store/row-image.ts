import type { JsonValue } from "../flags/document.ts";

/** The image of a row in the audit, with its columns under their names in the API; `null` if there was no row. */
export function imageOf(image: unknown): Record<string, JsonValue> | null {
  if (typeof image !== "object" || image === null) return null;
  return Object.fromEntries(
    Object.entries(image as Record<string, JsonValue>).map(([column, value]) => [
      column === "default_serve" ? "default" : column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
