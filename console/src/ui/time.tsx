import type { JSX } from "preact";
import { instantText } from "../state/wording.ts";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const SHORT = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** A relative time; hovering over it shows the exact time. With `isShort`, it abbreviates the unit. */
export function Time({ at, isShort = false }: { at: string; isShort?: boolean }): JSX.Element {
  return (
    <time dateTime={at} title={instantText(at)}>
      {agoText(Date.parse(at), Date.now(), isShort ? SHORT : RELATIVE)}
    </time>
  );
}

/** A day in UTC, such as 2026-11-28, relative to today. */
export function Day({ day }: { day: string }): JSX.Element {
  return (
    <time dateTime={day} title={`${day} (UTC)`}>
      {dayText(day, Date.now())}
    </time>
  );
}

const DAY_MS = 86_400_000;

/** Returns `today`, `yesterday` or `3 days ago`. */
function dayText(day: string, now: number): string {
  return RELATIVE.format(Math.floor(Date.parse(day) / DAY_MS) - Math.floor(now / DAY_MS), "day");
}

export function agoText(at: number, now: number, format = RELATIVE): string {
  const seconds = (at - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return "just now";
}
