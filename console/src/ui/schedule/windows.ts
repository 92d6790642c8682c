/** Recurring windows as the texts of a form. */
import type { Rule } from "../../../../sdk/client/contract.ts";
import { WEEKDAYS, type Weekday } from "../../../../src/flags/document.ts";
import { END_TIME_PATTERN, TIME_PATTERN, timeRule } from "../../../../src/flags/windows/time-of-day.ts";
import { clockFormat, TIME_ZONE_RULE } from "../../../../src/flags/windows/time-zone.ts";
import type { Parsed } from "../fields/parsed.ts";

export type Window = NonNullable<Rule["during"]>[number];

export const DAY_NAMES: Record<Weekday, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

/** Returns a window of office hours, by the clock of this browser. */
export function officeHours(timezone: string | undefined): Window {
  return { timezone: timezone ?? "UTC", days: WEEKDAYS.slice(0, 5), from: "09:00", to: "17:00" };
}

/** Reads a time of day, also without its first zero. */
export function parseTime(text: string, side: "from" | "to"): Parsed<string> {
  const time = text.trim().replace(/^\d:/, "0$&");
  return (side === "to" ? END_TIME_PATTERN : TIME_PATTERN).test(time) ? { value: time } : { problem: timeRule(side) };
}

export function parseTimeZone(text: string): Parsed<string> {
  const zone = text.trim();
  return clockFormat(zone) === undefined ? { problem: TIME_ZONE_RULE } : { value: zone };
}

/** Returns the days with one of them added or removed, in the order of the week. */
export function withDay(days: readonly Weekday[], day: Weekday, isOn: boolean): Weekday[] {
  return WEEKDAYS.filter((one) => (one === day ? isOn : days.includes(one)));
}
