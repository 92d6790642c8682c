import type { Explanation } from "./contract.ts";

/** Describes whether a window of a rule is open, and for how long: `in no window until 2026-11-30T08:00:00.000Z`. */
export function windowStateText({ isOpen, until }: NonNullable<Explanation["rules"][number]["during"]>): string {
  return `${isOpen ? "in a window" : "in no window"} until ${until}`;
}
