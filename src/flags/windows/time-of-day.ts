const MINUTES_PER_DAY = 1440;

/** The pattern of a time of day, from 00:00 to 23:59. The end of a window can also be 24:00. */
export const TIME_PATTERN = /^([01]\d|2[0-3]):[0-5]\d$/;
export const END_TIME_PATTERN = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Says which times of day the start or the end of a window can have. */
export function timeRule(side: "from" | "to"): string {
  return `must be a time from 00:00 to ${side === "to" ? "24:00" : "23:59"}, such as 09:30`;
}

/** Returns a time of day in minutes since midnight, or NaN if the text is not one. */
export function parseTimeOfDay(text: string): number {
  if (!END_TIME_PATTERN.test(text)) return NaN;
  return text === "24:00" ? MINUTES_PER_DAY : Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
