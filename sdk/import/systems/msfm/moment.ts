import { type RecurringWindow, WEEKDAYS } from "../../../../src/flags/document.ts";
import type { Period } from "../../lowering/schedule.ts";

/** A period, within which the windows recur if there are any. */
export interface Time extends Period {
  during?: RecurringWindow[];
}

/** An instant in ms since epoch, with the offset in minutes from UTC that its text has. */
export interface Moment {
  instant: number;
  offset: number;
}

/** Returns the number of a day of the week, from Monday as 0, at an instant and an offset in minutes from UTC. */
export function weekdayAt(instant: number, offset: number): number {
  return (new Date(instant + offset * 60_000).getUTCDay() + 6) % WEEKDAYS.length;
}
