import { type RecurringWindow, WEEKDAYS, type Weekday } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { numberOf, type Placed } from "../../lowering/source.ts";
import { field, hasPart, partIn, textIn, textsIn } from "./fields.ts";
import { type Moment, type Time, weekdayAt } from "./moment.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/**
 * Returns the windows of a recurrence. They recur by a clock without summer time, so they have the same times in UTC.
 * @throws NotImportable for a recurrence that the SDKs do not accept, or that has no form as recurring windows
 */
export function lowerRecurrence(start: Moment, end: Moment, recurrence: Placed, isJavaScript: boolean): Time {
  const duration = end.instant - start.instant;
  if (start.instant % MINUTE !== 0 || duration % MINUTE !== 0)
    throw new NotImportable(recurrence.place, "recurring windows start and end at whole minutes");
  // The SDK for JavaScript tells days of the week apart by UTC, and .NET by the offset of Start.
  const offset = isJavaScript ? 0 : start.offset;
  const days = daysOf(partIn(recurrence, "Pattern"), start.instant, offset, duration);
  const shift = weekdayAt(start.instant, 0) - weekdayAt(start.instant, offset);
  const inUtc = days.map((day) => (day + shift + WEEKDAYS.length) % WEEKDAYS.length);
  const until = endOf(recurrence, start.instant, inUtc) + duration;
  if (duration >= DAY && inUtc.length === WEEKDAYS.length) return { from: start.instant, until };
  return { from: start.instant, until, during: windowsOf(inUtc, start.instant, duration) };
}

/** Returns the days of the week on which a window starts. */
function daysOf(pattern: Placed, start: number, offset: number, duration: number): number[] {
  const type = textIn(pattern, "Type")?.toLowerCase();
  const interval = numberOf(field(pattern, "Interval").value ?? 1);
  const startDay = weekdayAt(start, offset);
  if (interval === undefined || !Number.isInteger(interval) || interval < 1)
    throw new NotImportable(field(pattern, "Interval").place, "the interval is not a whole number above 0");
  const refuseInterval = (unit: string): never => {
    throw new NotImportable(
      field(pattern, "Interval").place,
      `a window in every ${interval} ${unit} cannot recur here`,
    );
  };
  if (type === "daily") {
    if (duration > interval * DAY) throw new NotImportable(pattern.place, "the window is longer than its interval");
    if (interval === 1) return WEEKDAYS.map((_, day) => day);
    return interval === WEEKDAYS.length ? [startDay] : refuseInterval("days");
  }
  if (type !== "weekly")
    throw new NotImportable(field(pattern, "Type").place, `the pattern ${JSON.stringify(type)} is not known`);
  if (interval !== 1) refuseInterval("weeks");
  const days = [...new Set(textsIn(pattern, "DaysOfWeek").map((name) => NAMES.indexOf(name.toLowerCase())))];
  if (days.length === 0 || days.includes(-1) || !days.includes(startDay))
    throw new NotImportable(field(pattern, "DaysOfWeek").place, "the days are not valid, or Start is on none of them");
  if (duration > shortestGap(days)) throw new NotImportable(pattern.place, "its windows overlap");
  return days;
}

function shortestGap(days: readonly number[]): number {
  const sorted = days.toSorted((a, b) => a - b);
  const gaps = sorted.map((day, i) => (sorted[i + 1] ?? (sorted[0] ?? 0) + WEEKDAYS.length) - day);
  return Math.min(...gaps) * DAY;
}

/** Returns when the last window starts, or infinity. */
function endOf(recurrence: Placed, start: number, days: readonly number[]): number {
  const range = partIn(recurrence, "Range");
  const type = hasPart(recurrence, "Range") ? (textIn(range, "Type") ?? "").toLowerCase() : "";
  if (type === "noend") return Infinity;
  if (type === "enddate") {
    const { value, place } = field(range, "EndDate");
    if (value === undefined) return Infinity;
    const last = typeof value === "string" ? readDate(value) : NaN;
    if (!(last >= start)) throw new NotImportable(place, "the end date is not a date after Start");
    return lastBefore(last, start, days);
  }
  if (type !== "numbered")
    throw new NotImportable(field(range, "Type").place, `the range ${JSON.stringify(type)} is not known`);
  const { value, place } = field(range, "NumberOfOccurrences");
  if (value === undefined) return Infinity;
  const count = numberOf(value);
  if (count === undefined || !Number.isInteger(count) || count < 1)
    throw new NotImportable(place, "the number of occurrences is not a whole number above 0");
  return nthOccurrence(count, start, days);
}

function readDate(text: string): number {
  const instant = parseInstant(text);
  return Number.isNaN(instant) && /gmt$/i.test(text) ? Date.parse(text) : instant;
}

function occursOn(instant: number, days: readonly number[]): boolean {
  return days.includes(weekdayAt(instant, 0));
}

/** Returns the last start at or before an instant. */
function lastBefore(instant: number, start: number, days: readonly number[]): number {
  let at = start + Math.floor((instant - start) / DAY) * DAY;
  while (!occursOn(at, days)) at -= DAY;
  return at;
}

function nthOccurrence(count: number, start: number, days: readonly number[]): number {
  const weeks = Math.floor((count - 1) / days.length);
  let at = start + weeks * WEEKDAYS.length * DAY;
  for (let left = (count - 1) % days.length; left > 0;) {
    at += DAY;
    if (occursOn(at, days)) left--;
  }
  return at;
}

/** Returns the windows in UTC. One of a day or more is cut at midnight. */
function windowsOf(days: readonly number[], start: number, duration: number): RecurringWindow[] {
  const begin = (start % DAY) / MINUTE;
  const end = begin + duration / MINUTE;
  const minutes = DAY / MINUTE;
  if (duration < DAY) return [windowOn(days, 0, begin, end > minutes ? end - minutes : end)];
  const windows: RecurringWindow[] = [];
  for (let from = begin; from < end; from = (Math.floor(from / minutes) + 1) * minutes) {
    const day = Math.floor(from / minutes);
    windows.push(windowOn(days, day, from - day * minutes, Math.min(end - day * minutes, minutes)));
  }
  return windows;
}

function windowOn(days: readonly number[], later: number, from: number, to: number): RecurringWindow {
  const names = days.map((day): Weekday => WEEKDAYS[(day + later) % WEEKDAYS.length] as Weekday);
  return { timezone: "UTC", days: [...new Set(names)], from: clock(from), to: clock(to) };
}

function clock(minutes: number): string {
  const pad = (number: number): string => String(number).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
