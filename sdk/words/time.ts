/** Instants and recurring windows in words. */
import { type RecurringWindow, WEEKDAYS, type Weekday } from "../../src/flags/document.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  formats.set(zone, made);
  return made;
}

/** The first instant of the year 10000 is not one of a schedule, and no date of JavaScript is later than 8.64e15 ms. */
const LAST = 8.64e15;

/** Returns an instant by the clock of a time zone: `24 Dec 2026, 09:00 CET`. Text that is no instant stays as it is. */
export function timeText(instant: string | number, zone: string): string {
  const at = typeof instant === "string" ? parseInstant(instant) : instant;
  if (!(Math.abs(at) <= LAST)) return String(instant);
  return formatOf(zone).format(at).replace(" at ", ", ");
}

const DAYS: Record<Weekday, string> = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};

/** Returns recurring windows: `Mon–Fri 09:00–17:00 (Europe/Berlin)`. */
export function windowsText(windows: readonly RecurringWindow[]): string {
  return windows.map(({ timezone, days, from, to }) => `${daysText(days)} ${from}–${to} (${timezone})`).join(" or ");
}

function daysText(days: readonly Weekday[]): string {
  const numbers = days.map((day) => WEEKDAYS.indexOf(day));
  const [first = 0] = numbers;
  const isRun = numbers.length > 2 && numbers.every((number, i) => number === first + i);
  if (isRun && numbers.length === WEEKDAYS.length) return "every day";
  if (isRun) return `${DAYS[days[0] ?? "mon"]}–${DAYS[days.at(-1) ?? "sun"]}`;
  return days.map((day) => DAYS[day]).join(", ");
}
