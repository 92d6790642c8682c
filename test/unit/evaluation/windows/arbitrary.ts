import fc from "fast-check";

import { type RecurringWindow, WEEKDAYS } from "../../../../src/flags/document.ts";

const minutes = fc.oneof(
  fc.constantFrom(0, 1, 60, 90, 120, 150, 165, 180, 1380, 1410),
  fc.integer({ min: 0, max: 1439 }),
);

/** Generates valid windows of one of the time zones. Many begin or end while clocks change. */
export function recurringWindow(...zones: string[]): fc.Arbitrary<RecurringWindow> {
  return fc
    .record({
      timezone: fc.constantFrom(...zones),
      days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1 }),
      from: minutes.map(timeText),
      to: fc.oneof(minutes.map(timeText), fc.constant("24:00")),
    })
    .filter(({ from, to }) => from !== to);
}

function timeText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
