import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import type { Placed } from "../../lowering/source.ts";
import { field, hasPart, partIn, textIn } from "./fields.ts";
import type { Moment, Time } from "./moment.ts";
import { lowerRecurrence } from "./recurrence.ts";

/** Returns when the filter Microsoft.TimeWindow holds, or `undefined` if it never does. */
export function lowerTimeWindow(parameters: Placed, isJavaScript: boolean, notes: Notes): Time | undefined {
  const start = momentOf(parameters, "Start", isJavaScript, notes);
  const end = momentOf(parameters, "End", isJavaScript, notes);
  if (start === undefined && end === undefined) {
    notes.note(parameters.place, "it has neither Start nor End, so the filter is always false");
    return undefined;
  }
  if (hasPart(parameters, "Recurrence")) {
    const recurrence = partIn(parameters, "Recurrence");
    if (start === undefined || end === undefined || start.instant >= end.instant)
      throw new NotImportable(recurrence.place, "a recurring time window needs a Start and a later End");
    if (isJavaScript && isRefusedByJavaScript(start, recurrence)) {
      notes.note(recurrence.place, "the SDK for JavaScript does not repeat a weekly window that starts on a Sunday");
      return { from: start.instant, until: end.instant };
    }
    return lowerRecurrence(start, end, recurrence, isJavaScript);
  }
  const from = start?.instant ?? -Infinity;
  const until = end?.instant ?? Infinity;
  if (from < until) return { from, until };
  notes.note(parameters.place, "it ends before it starts, so the filter is always false");
  return undefined;
}

/** The SDK looks for the day's number, and takes Sunday's 0 for no day (version 2.3.1). */
function isRefusedByJavaScript({ instant }: Moment, recurrence: Placed): boolean {
  const isWeekly = textIn(partIn(recurrence, "Pattern"), "Type") === "Weekly";
  return isWeekly && new Date(instant).getUTCDay() === 0;
}

const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun), \d{1,2} [a-z]{3} \d{4} \d\d:\d\d:\d\d (gmt|utc|z)$/i;

function momentOf(parameters: Placed, name: string, isJavaScript: boolean, notes: Notes): Moment | undefined {
  const { value, place } = field(parameters, name);
  if (value === undefined || (value === null && !isJavaScript)) return undefined;
  const text = typeof value === "string" ? value.trim() : "";
  const instant = HTTP_DATE.test(text) ? Date.parse(text) : parseInstant(text);
  if (Number.isNaN(instant))
    throw new NotImportable(place, `${JSON.stringify(value)} is not a date that all SDKs read alike`);
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  if (sign === undefined && !/(z|gmt|utc)$/i.test(text))
    notes.approximate(place, `"${text}" has no time zone: it is UTC here, and the zone of each server in the SDKs`);
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -1 : 1);
  return { instant, offset };
}
