import type { Rule } from "../../../../src/flags/document.ts";
import { all, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { type Period, scheduleOf } from "../../lowering/schedule.ts";
import { at, type Placed, textOf } from "../../lowering/source.ts";
import { isSplit, needsKey, type Outcome, outcomesOf, type OutcomeScope } from "./outcomes.ts";
import { lowerQuery } from "./query.ts";
import type { State } from "./states.ts";

/** The reasons of GO Feature Flag. */
export type Reason = "TARGETING_MATCH" | "TARGETING_MATCH_SPLIT" | "SPLIT" | "DEFAULT" | "STATIC" | "DISABLED";

/** The rules of one flag in all its states, with the reason that GO Feature Flag gives for each. */
export class StateRules {
  readonly list = new RuleList();
  readonly reasons = new Map<string, Reason>();
  readonly #scope: Omit<OutcomeScope, "variations">;
  readonly #hasBucketingKey: boolean;

  constructor(scope: Omit<OutcomeScope, "variations">, hasBucketingKey: boolean) {
    this.#scope = scope;
    this.#hasBucketingKey = hasBucketingKey;
  }

  get rules(): Rule[] {
    return this.list.rules;
  }

  /** Adds an error for users without a key. GO Feature Flag looks for the key before everything else. */
  addKeyCheck(isNeeded: boolean, period: Period): void {
    const { bucketingKey } = this.#scope;
    const hasText = leaf(bucketingKey, isNeeded ? "gt" : "gte", [""]);
    if (!isNeeded && !this.#hasBucketingKey) return;
    this.#add("no-key", not(hasText), { serve: { error: "TARGETING_KEY_MISSING" }, schedule: {} }, period, undefined);
  }

  addDisabled(id: string, period: Period): void {
    this.#add(id, true, { serve: { variant: null }, schedule: {} }, period, "DISABLED");
  }

  /** Adds the rules of a state, and returns the outcome of the default rule that remains for everybody else. */
  addState(state: State, period: Period): { last: Outcome; reason: Reason } {
    const scope: OutcomeScope = { ...this.#scope, variations: state.variations };
    for (const [i, rule] of state.rules.entries()) {
      if (rule.fields["disable"] === true) {
        scope.notes.note(at(rule.place, "disable"), "the rule is disabled, so it is left out");
        continue;
      }
      const id = textOf(rule.fields["name"]) || `rule-${i + 1}`;
      const when = this.#conditionOf(rule);
      const reason = isSplit(rule) ? "TARGETING_MATCH_SPLIT" : "TARGETING_MATCH";
      for (const outcome of outcomesOf(rule, scope)) this.#add(id, when, outcome, period, reason);
    }
    const { defaultRule } = state;
    if (defaultRule === undefined) throw new NotImportable("", "the flag has no default rule");
    const reason = isSplit(defaultRule) ? "SPLIT" : state.rules.length > 0 ? "DEFAULT" : "STATIC";
    const outcomes = outcomesOf(defaultRule, scope);
    for (const outcome of outcomes.slice(0, -1)) this.#add("default", true, outcome, period, reason);
    return { last: outcomes.at(-1) as Outcome, reason };
  }

  /** Adds the outcome that remains at the end of a state. */
  addLast({ last, reason }: { last: Outcome; reason: Reason }, period: Period): void {
    this.#add("default", true, last, period, reason);
  }

  #conditionOf({ fields, place }: Placed): Lowered {
    const query = fields["query"];
    if (typeof query !== "string") throw new NotImportable(at(place, "query"), "the rule has no query");
    return lowerQuery(query, at(place, "query"), this.#scope.notes);
  }

  #add(id: string, when: Lowered, { serve, schedule }: Outcome, period: Period, reason: Reason | undefined): void {
    const from = Math.max(period.from, schedule.from === undefined ? -Infinity : Date.parse(schedule.from));
    if (from >= period.until) return;
    const added = this.list.add(id, all(when), serve, scheduleOf({ from, until: period.until }));
    if (added === undefined) return;
    const rule = this.rules.at(-1);
    if (rule !== undefined && added !== id && added.startsWith("_")) rule.description = id;
    if (reason !== undefined) this.reasons.set(added, reason);
  }
}

/** Returns whether a flag in a state, with all its steps, needs a key. */
export function stateNeedsKey({ rules, defaultRule }: State, steps: readonly Placed[]): boolean {
  return [...rules, ...(defaultRule === undefined ? [] : [defaultRule]), ...steps].some(needsKey);
}
