/** Instants in the time zone of the browser. */
import { parseInstant } from "../../../../src/flags/formats/instant.ts";

/**
 * Returns the local time for the browser's date and time control, or an empty text if the text is not an instant. The
 * form is the control's own: another one would replace the control's text while somebody types in it.
 */
export function localControlText(instant: string | undefined): string {
  const date = new Date(parseInstant(instant ?? ""));
  if (Number.isNaN(date.getTime())) return "";
  const pad = (value: number, length = 2): string => String(value).padStart(length, "0");
  const day = [pad(date.getFullYear(), 4), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  const ms = date.getMilliseconds();
  const seconds = `:${pad(date.getSeconds())}${ms === 0 ? "" : `.${pad(ms, 3)}`}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}${seconds === ":00" ? "" : seconds}`;
}

/** Returns the instant of a local time in the control, or `undefined` if the control is empty. */
export function instantOfLocal(controlText: string): string | undefined {
  const at = Date.parse(controlText);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(".000Z", "Z");
}

/** Returns `2030-01-31 09:00:00 UTC`, with milliseconds if they are not zero. */
export function utcText(instant: string): string {
  return new Date(instant)
    .toISOString()
    .replace("T", " ")
    .replace(/(?:\.000)?Z$/, " UTC");
}
