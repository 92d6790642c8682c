import type { FieldError } from "../../ops/errors.ts";
import type { RecurringWindow } from "../document.ts";
import { clockFormat, TIME_ZONE_RULE } from "./time-zone.ts";

/** Adds every problem of a rule's recurring windows. */
export function validateDuring(
  windows: readonly RecurringWindow[] | undefined,
  pointer: string,
  errors: FieldError[],
): void {
  windows?.forEach(({ timezone, days, from, to }, i) => {
    if (clockFormat(timezone) === undefined) {
      errors.push({ pointer: `${pointer}/${i}/timezone`, detail: TIME_ZONE_RULE });
    }
    days.forEach((day, at) => {
      if (days.indexOf(day) < at)
        errors.push({ pointer: `${pointer}/${i}/days/${at}`, detail: "is already in the list" });
    });
    if (from === to) {
      errors.push({
        pointer: `${pointer}/${i}/to`,
        detail: "must differ from from; a whole day is from 00:00 to 24:00",
      });
    }
  });
}
