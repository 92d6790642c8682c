import type { Explanation, Rule } from "./contract.ts";

/** Describes the recurring windows of a rule: `mon, tue 22:00–06:00 (Europe/Berlin)`. */
export function windowsText(windows: NonNullable<Rule["during"]>): string {
  return windows.map(({ timezone, days, from, to }) => `${days.join(", ")} ${from}–${to} (${timezone})`).join(" or ");
}

/** Describes whether a window of a rule is open, and for how long: `in no window until 2026-11-30T08:00:00.000Z`. */
export function windowStateText({ isOpen, until }: NonNullable<Explanation["rules"][number]["during"]>): string {
  return `${isOpen ? "in a window" : "in no window"} until ${until}`;
}
