/** Lifetimes of admin tokens and overlaps of rotations, as choices of a select. */
import { DEFAULT_OVERLAP_SECONDS } from "../../../../sdk/client/rotate-token.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The choice of a token that never expires. */
export const NEVER = "never";

export const LIFETIMES = [
  [String(7 * DAY), "in 7 days"],
  [String(30 * DAY), "in 30 days"],
  [String(90 * DAY), "in 90 days"],
  [String(365 * DAY), "in a year"],
  [NEVER, "never"],
] as const;

export const OVERLAPS = [
  [String(HOUR), "1 hour"],
  [String(DAY), "1 day"],
  [String(7 * DAY), "7 days"],
  [String(30 * DAY), "30 days"],
] as const;

export const DEFAULT_LIFETIME = String(90 * DAY);
export const DEFAULT_OVERLAP = String(DEFAULT_OVERLAP_SECONDS);

export function secondsOf(choice: string): number | null {
  return choice === NEVER ? null : Number(choice);
}
