export const TIME_ZONE_RULE =
  "is not a known time zone; use an IANA name such as Europe/Berlin, America/New_York or UTC";

/**
 * Returns the format that shows the clock of a time zone, or `undefined` if the runtime does not know the zone. It
 * takes names such as `Europe/Berlin` or `UTC`; engines differ in whether they also accept offsets.
 */
export function clockFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(timeZone)) return undefined;
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
}
