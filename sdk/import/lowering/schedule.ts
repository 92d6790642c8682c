import type { Rule } from "../../../src/flags/document.ts";

/** From an instant until another, in ms since epoch. A bound that is not finite is none. */
export interface Period {
  from: number;
  until: number;
}

/** Returns a period in the form of a rule. */
export function scheduleOf({ from, until }: Period): Pick<Rule, "from" | "until"> {
  return {
    ...(Number.isFinite(from) && { from: new Date(from).toISOString() }),
    ...(Number.isFinite(until) && { until: new Date(until).toISOString() }),
  };
}
