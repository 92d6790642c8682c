import { type RecurringWindow, WEEKDAYS } from "../../../../src/flags/document.ts";
import { parseTimeOfDay } from "../../../../src/flags/windows/time-of-day.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** The times that the clock of a time zone shows in each minute of some days. Intl is asked for each of them. */
export interface ClockTable {
  timezone: string;
  start: number;
  /** Local times, as ms since 1970 in UTC. */
  local: number[];
}

export function clockTable(timezone: string, aroundDate: string, days = 7): ClockTable {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
  const start = Date.parse(aroundDate) - days * DAY;
  const local = Array.from({ length: 2 * days * 1440 }, (_, i) =>
    Date.parse(`${format.format(start + i * MINUTE).replace(" ", "T")}Z`),
  );
  return { timezone, start, local };
}

/** Returns the instants at which the window opens and closes within the table. Slow, and with no idea of offsets. */
export function occurrencesOf({ days, from, to }: RecurringWindow, { start, local }: ClockTable): [number, number][] {
  const firstAt = (time: number): number => {
    const index = local.findIndex((shown) => shown >= time);
    return index === -1 ? Infinity : start + index * MINUTE;
  };
  const begin = parseTimeOfDay(from) * MINUTE;
  const end = parseTimeOfDay(to) * MINUTE + (to < from ? DAY : 0);
  const found: [number, number][] = [];
  const firstDay = Math.floor((local[0] ?? 0) / DAY) * DAY + DAY;
  for (let day = firstDay; day <= Math.max(...local.slice(-1)); day += DAY) {
    if (!days.includes(WEEKDAYS[(new Date(day).getUTCDay() + 6) % 7] ?? "mon")) continue;
    const occurrence: [number, number] = [firstAt(day + begin), firstAt(day + end)];
    if (occurrence[0] < occurrence[1]) found.push(occurrence);
  }
  return found;
}
