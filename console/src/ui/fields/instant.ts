/** Converts instants to and from the text of the browser's date and time control, in UTC. */
import { parseInstant } from "../../../../src/flags/formats/instant.ts";

/** Returns `2030-01-31T09:00`, with seconds if they are not zero, or an empty text if the value is not an instant. */
export function controlText(instant: string | number | undefined): string {
  const at = typeof instant === "string" ? parseInstant(instant) : (instant ?? NaN);
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return "";
  const text = new Date(at).toISOString().slice(0, 19);
  return text.endsWith(":00") ? text.slice(0, 16) : text;
}

/** Returns the instant in the control, or `undefined` if the control is empty. */
export function instantOf(controlText: string): string | undefined {
  const at = parseInstant(controlText);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(".000Z", "Z");
}
