import type { Wording } from "../../../sdk/words/serve.ts";
import { timeText } from "../../../sdk/words/time.ts";

/** The time zone of this browser. */
export const LOCAL_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

/** Returns how this browser words a flag: by its own clock. */
export function wordingOf(flagKey?: string): Wording {
  return { zone: LOCAL_ZONE, flagKey };
}

/** Returns an instant by the clock of this browser with UTC: `24 Dec 2026, 09:00 CET (24 Dec 2026, 08:00 UTC)`. */
export function instantText(at: string | number): string {
  const [local, utc] = [timeText(at, LOCAL_ZONE), timeText(at, "UTC")];
  return local === utc ? local : `${local} (${utc})`;
}

/** Returns the time of a day by the clock of this browser, with its zone: `09:30 CET`. */
export function clockText(at: string | number): string {
  return timeText(at, LOCAL_ZONE).replace(/^.*?, /, "");
}

/** Returns the day of an instant in UTC: `24 Dec 2026 (UTC)`. */
export function utcDayText(at: string | number): string {
  return timeText(at, "UTC").replace(/,.*/, " (UTC)");
}

/** Returns a function that writes the day of an instant as a heading: `Thursday, 24 December 2026`. */
export function dayHeadings(zone = LOCAL_ZONE): (at: string | number) => string {
  const parts = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...parts });
  return (at) => format.format(new Date(at));
}
