/** Instants as the browser's control for date and time holds them, in UTC. */
import { parseInstant } from "../../../../src/flags/formats/instant.ts";

/** `2030-01-31T09:00`, with seconds where there are some; empty when the value is no instant. */
export function controlText(instant: string | number | undefined): string {
  const at = typeof instant === "string" ? parseInstant(instant) : (instant ?? NaN);
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return "";
  const text = new Date(at).toISOString().slice(0, 19);
  return text.endsWith(":00") ? text.slice(0, 16) : text;
}

/** Undefined for an empty control. */
export function instantOf(controlText: string): string | undefined {
  const at = parseInstant(controlText);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(".000Z", "Z");
}
