/** The steps of an explained evaluation in words. */
import type { Explanation, Rule } from "../client/contract.ts";
import { byText } from "./condition.ts";
import { nameText } from "./names.ts";
import { scheduleText } from "./rule.ts";
import { serveText, type Wording } from "./serve.ts";
import { timeText } from "./time.ts";

type RuleStep = Explanation["rules"][number];

const NOT_REACHED = "Not reached, because an earlier step decides.";

/**
 * Returns why the rule at this index decided or did not. Without the stored rule, the text names no shares and no
 * schedule.
 */
export function ruleStepText(
  { rules, default: byDefault }: Pick<Explanation, "rules" | "default">,
  index: number,
  rule: Rule | undefined,
  wording: Wording,
): string {
  const step = rules[index];
  if (step === undefined) return NOT_REACHED;
  const match = step.when === undefined ? "The rule applies to everyone" : "The condition is true";
  switch (step.state) {
    case "matched":
      // The rule sends whom it does not serve to the default.
      if (byDefault.state === "served")
        return `${match}, but ${missText(step, rule, wording)}, so the default decides.`;
      return `${match}, so this rule decides.`;
    case "not matched":
      return "The condition is not true, so the next step is tried.";
    case "missed":
      return `${match}, but ${missText(step, rule, wording)}, so the next step is tried.`;
    case "outside schedule":
      return `The rule is not active at this time${scheduleOf(step, rule, wording)}.`;
    case "not reached":
      return NOT_REACHED;
  }
}

/** Returns why the default decided or did not. */
export function defaultStepText({ rules, default: { state } }: Pick<Explanation, "rules" | "default">): string {
  if (state === "not reached") return NOT_REACHED;
  const sender = rules.find((one) => one.state === "matched");
  if (sender === undefined) return "No rule decides, so the default does.";
  return `Rule ${nameText(sender.id)} sends everyone whom it does not serve here.`;
}

function missText({ bucket, exposure }: RuleStep, rule: Rule | undefined, wording: Wording): string {
  const rollout = rule !== undefined && "rollout" in rule.serve ? rule.serve.rollout : undefined;
  if (bucket === null) return `the context has no value to split ${byText(rollout?.by ?? ["targetingKey"])}`;
  if (exposure === 0) return "its ramp is at 0%, which serves nobody";
  return `this user is outside its shares${rule === undefined ? "" : `: ${serveText(rule.serve, wording, true)}`}`;
}

function scheduleOf({ during }: RuleStep, rule: Rule | undefined, { zone }: Wording): string {
  const schedule = rule === undefined ? undefined : scheduleText(rule, { zone });
  const opens = during?.isOpen === false ? `; a window opens at ${timeText(during.until, zone)}` : "";
  return `${schedule === undefined ? "" : `: it is active ${schedule}`}${opens}`;
}
