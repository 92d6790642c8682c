import { fractionIn } from "./bucketing.ts";
import { branch, type Logic } from "./logic.ts";

/** The result of a flag, as a decision tree. */
export type Outcome =
  /** `null` gives the caller's own default. */
  | { variant: string | null }
  /** The error GENERAL. */
  | { error: true }
  | { fraction: { text: Logic; total: number; weights: readonly (readonly [variant: string, weight: number])[] } }
  | { when: Logic; isTrue: Outcome; isFalse: Outcome };

export function choose(when: Logic, isTrue: Outcome, isFalse: Outcome): Outcome {
  if (typeof when === "boolean") return when ? isTrue : isFalse;
  return { when, isTrue, isFalse };
}

/** Returns the outcome of a split. Its weights sum to the total, or it is reached by nobody else. */
export function split(text: Logic, total: number, weights: readonly (readonly [string, number])[]): Outcome {
  const open = weights.filter(([, weight]) => weight > 0);
  const [only] = open;
  if (only === undefined) return { variant: null };
  return open.length === 1 ? { variant: only[0] } : { fraction: { text, total, weights: open } };
}

/** Returns whether an outcome can be the caller's own default. */
export function canBeNull(outcome: Outcome): boolean {
  if ("when" in outcome) return canBeNull(outcome.isTrue) || canBeNull(outcome.isFalse);
  return "variant" in outcome && outcome.variant === null;
}

/** Returns the targeting of an outcome. `error` is the name of a variant that the flag does not have. */
export function targetingOf(outcome: Outcome, error: string): Logic {
  if ("variant" in outcome) return outcome.variant;
  if ("error" in outcome) return error;
  if ("fraction" in outcome) {
    const { text, total, weights } = outcome.fraction;
    const sum = weights.reduce((all, [, weight]) => all + weight, 0);
    const [last = ""] = weights.at(-1) ?? [];
    // Nobody outside the weights is asked, but flagd takes their sum for the whole.
    const rest = sum < total ? [[last, total - sum]] : [];
    return { fractional: [text, ...weights.map((weight) => [...weight]), ...rest] };
  }
  const chain: Logic[] = [];
  let rest: Outcome = outcome;
  while ("when" in rest) {
    chain.push(rest.when, targetingOf(rest.isTrue, error));
    rest = rest.isFalse;
  }
  return { if: [...chain, targetingOf(rest, error)] };
}

/** Returns the condition that an outcome is one of the variants. */
export function isOneOf(outcome: Outcome, variants: readonly string[]): Logic {
  if ("variant" in outcome) return outcome.variant !== null && variants.includes(outcome.variant);
  if ("error" in outcome) return false;
  if ("when" in outcome)
    return branch(outcome.when, isOneOf(outcome.isTrue, variants), isOneOf(outcome.isFalse, variants));
  const { text, total, weights } = outcome.fraction;
  let end = 0;
  const ranges = weights.map(([variant, weight]) => ({ variant, range: [end, (end += weight)] as const }));
  return fractionIn(
    text,
    total,
    ranges.filter(({ variant }) => variants.includes(variant)).map(({ range }) => range),
  );
}
