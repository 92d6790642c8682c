import { expect, test } from "vitest";
import type { Explanation, Rule } from "../../../sdk/client/contract.ts";
import { defaultStepText, ruleStepText } from "../../../sdk/words/step.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

const WORDING = { zone: "Europe/Berlin" };
const when = { attribute: "plan", operator: "equals" as const, values: ["pro"] };

function explained(rule: Rule, context: Record<string, string>): Explanation {
  return explainFlag(aFlag({ rules: [rule as never] }), anInput(context)) as unknown as Explanation;
}

/** Explains a flag with one rule, and returns the words of its step. */
function textOf(parts: Partial<Rule>, context: Record<string, string>, isKnown = true): string {
  const rule = { id: "r", serve: { variant: "on" }, ...parts };
  return ruleStepText(explained(rule, context), 0, isKnown ? rule : undefined, WORDING);
}

function rollout(share: number, parts: object = {}): Rule["serve"] {
  const weights: [string, number][] = [["on", share]];
  return { rollout: { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift", weights, ...parts } };
}

test("a step says why its rule decides, or why the next step is tried", () => {
  expect(textOf({ when }, { plan: "pro" })).toBe("The condition is true, so this rule decides.");
  expect(textOf({}, {})).toBe("The rule applies to everyone, so this rule decides.");
  expect(textOf({ when }, { plan: "free" })).toBe("The condition is not true, so the next step is tried.");
});

test("a rule that matches but does not serve the user says why, and what comes next", () => {
  const user = { targetingKey: "u", plan: "pro" };
  expect(textOf({ when, serve: rollout(1) }, user)).toBe(
    "The condition is true, but this user is outside its shares: on for 0.001%, so the next step is tried.",
  );
  expect(textOf({ serve: rollout(1, { onMiss: "default" }) }, user)).toBe(
    "The rule applies to everyone, but this user is outside its shares: on for 0.001% (the default for everyone else), so the default decides.",
  );
  expect(textOf({ serve: rollout(1) }, user, false)).toBe(
    "The rule applies to everyone, but this user is outside its shares, so the next step is tried.",
  );
  expect(textOf({ when, serve: rollout(1) }, { plan: "pro" })).toBe(
    "The condition is true, but the context has no value to split by targetingKey, so the next step is tried.",
  );
});

test("a ramp at 0% serves nobody now, which its rule says", () => {
  const ramp = { from: 0, to: 100_000, startAt: "2099-01-01T00:00:00Z", endAt: "2099-02-01T00:00:00Z" };
  expect(textOf({ when, serve: rollout(100_000, { ramp }) }, { targetingKey: "u", plan: "pro" })).toBe(
    "The condition is true, but its ramp is at 0%, which serves nobody, so the next step is tried.",
  );
});

test("a rule that is not active says when it is", () => {
  expect(textOf({ from: "2099-12-24T08:00:00Z" }, {})).toBe(
    "The rule is not active at this time: it is active from 24 Dec 2099, 09:00 CET.",
  );
  const during = { isOpen: false, until: "2099-12-24T08:00:00Z" };
  const rules = [{ id: "r", state: "outside schedule" as const, during }];
  expect(ruleStepText({ rules, default: { state: "served" } }, 0, undefined, WORDING)).toBe(
    "The rule is not active at this time; a window opens at 24 Dec 2099, 09:00 CET.",
  );
});

test("steps behind the deciding one are not reached, and the default decides if no rule does", () => {
  const behind = "Not reached, because an earlier step decides.";
  const decided = { rules: [{ id: "r", state: "not reached" as const }], default: { state: "not reached" as const } };
  expect([ruleStepText(decided, 0, undefined, WORDING), defaultStepText(decided)]).toEqual([behind, behind]);
  const user = { targetingKey: "u", plan: "free" };
  expect(defaultStepText(explained({ id: "r", when, serve: { variant: "on" } }, user))).toBe(
    "No rule decides, so the default does.",
  );
  expect(defaultStepText(explained({ id: "r", serve: rollout(1, { onMiss: "default" }) }, user))).toBe(
    "Rule r sends everyone whom it does not serve here.",
  );
});
