import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { NotImportable } from "../../lowering/draft.ts";

/** Returns a date in ms since epoch, or `undefined` if there is none. @throws NotImportable for another value */
export function dateOf(value: unknown, place: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === "string" ? value.trim().replace(/^(\d{4}-\d\d-\d\d)\s+/, "$1T") : "";
  const instant = parseInstant(text);
  if (Number.isNaN(instant)) throw new NotImportable(place, `${JSON.stringify(value)} is not a date`);
  return instant;
}
