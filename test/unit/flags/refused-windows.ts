import { type Refused, flag, rule } from "./flag-inputs.ts";

const office = { timezone: "Europe/Berlin", days: ["mon", "fri"], from: "22:00", to: "06:00" };
const during = (...windows: unknown[]): object => ({ ...flag, rules: [{ ...rule, during: windows }] });
const at = "/rules/0/during/0";

/** Flags that are refused for the recurring windows of a rule. */
export const refusedWindows: readonly Refused[] = [
  ["one window without a list", { ...flag, rules: [{ ...rule, during: office }] }, "/rules/0/during", /must be a list/],
  ["no windows", during(), "/rules/0/during", /at least 1 entry/],
  ["too many windows", during(...Array.from({ length: 9 }, () => office)), "/rules/0/during", /at most 8 entries/],
  ["a window without a time zone", during({ ...office, timezone: undefined }), `${at}/timezone`, /must be text/],
  ["an unknown time zone", during({ ...office, timezone: "Berlin" }), `${at}/timezone`, /such as Europe\/Berlin/],
  ["an offset as a time zone", during({ ...office, timezone: "+01:00" }), `${at}/timezone`, /IANA name/],
  ["an unknown day", during({ ...office, days: ["mon", "Tue"] }), `${at}/days/1`, /one of mon, tue, wed/],
  ["a day twice", during({ ...office, days: ["mon", "mon"] }), `${at}/days/1`, /already in the list/],
  ["a window on no day", during({ ...office, days: [] }), `${at}/days`, /at least 1 entry/],
  ["a time with one digit", during({ ...office, from: "9:00" }), `${at}/from`, /from 00:00 to 23:59, such as 09:30/],
  ["a window that begins at 24:00", during({ ...office, from: "24:00" }), `${at}/from`, /from 00:00 to 23:59/],
  ["a window that ends after the day", during({ ...office, to: "24:01" }), `${at}/to`, /from 00:00 to 24:00/],
  ["a time as a number", during({ ...office, to: 1080 }), `${at}/to`, /such as 09:30/],
  ["a window without length", during({ ...office, to: "22:00" }), `${at}/to`, /whole day is from 00:00 to 24:00/],
  ["an unknown field of a window", during({ ...office, zone: "UTC" }), `${at}/zone`, /timezone, days, from, to/],
];
