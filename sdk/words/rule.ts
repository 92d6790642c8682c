/** Rules in words. */
import type { Rule } from "../client/contract.ts";
import { conditionText } from "./condition.ts";
import { serveText, type Wording } from "./serve.ts";
import { timeText, windowsText } from "./time.ts";

/** Returns a rule without its id: `IF country is NL or BE THEN on for 10%, from 24 Dec 2026, 09:00 CET`. */
export function ruleText(rule: Rule, wording: Wording, isShort = true): string {
  const schedule = scheduleText(rule, wording);
  const serve = serveText(rule.serve, wording, isShort);
  const who = rule.when === undefined ? "EVERYONE GETS" : `IF ${conditionText(rule.when, isShort)} THEN`;
  return `${who} ${serve}${schedule === undefined ? "" : `, ${schedule}`}`;
}

/** Returns when a rule is active, or `undefined` if it always is. */
export function scheduleText(
  { from, until, during }: Pick<Rule, "from" | "until" | "during">,
  { zone }: Wording,
): string | undefined {
  const parts = [
    ...(from === undefined ? [] : [`from ${timeText(from, zone)}`]),
    ...(until === undefined ? [] : [`until ${timeText(until, zone)}`]),
    ...(during === undefined ? [] : [`only ${windowsText(during)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}
