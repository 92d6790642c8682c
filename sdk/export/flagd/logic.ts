/** Builds JSONLogic, and folds the parts that are known to be true or false. */
import type { Logic } from "../../import/systems/flagd/guards.ts";

export type { Logic };

/** Returns the conjunction. */
export function and(...parts: readonly Logic[]): Logic {
  return join("and", parts, true);
}

/** Returns the disjunction. */
export function or(...parts: readonly Logic[]): Logic {
  return join("or", parts, false);
}

function join(operator: "and" | "or", parts: readonly Logic[], neutral: boolean): Logic {
  if (parts.includes(!neutral)) return !neutral;
  const open = parts.filter((part) => part !== neutral);
  const [only] = open;
  if (only === undefined) return neutral;
  return open.length === 1 ? only : { [operator]: open };
}

export function not(part: Logic): Logic {
  if (typeof part === "boolean") return !part;
  return argumentsOf("!", part)?.[0] ?? { "!": [part] };
}

/** Returns a condition that is `then` where another one is true, and `otherwise` elsewhere. */
export function branch(when: Logic, then: Logic, otherwise: Logic): Logic {
  if (typeof when === "boolean") return when ? then : otherwise;
  if (then === otherwise) return then;
  if (then === true) return or(when, otherwise);
  if (then === false) return and(not(when), otherwise);
  if (otherwise === false) return and(when, then);
  return { if: [when, then, ...(argumentsOf("if", otherwise) ?? [otherwise])] };
}

function argumentsOf(operator: string, part: Logic): Logic[] | undefined {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return undefined;
  const args = part[operator];
  return Array.isArray(args) ? args : undefined;
}

/** A condition with three values. */
export interface Truth {
  holds: Logic;
  /** When it is false. `undefined` if it is false wherever it does not hold, so that it is never unknown. */
  fails: Logic | undefined;
}

export function sure(holds: Logic): Truth {
  return { holds, fails: undefined };
}

export function failsOf({ holds, fails }: Truth): Logic {
  return fails ?? not(holds);
}

export function opposite(truth: Truth): Truth {
  return { holds: failsOf(truth), fails: truth.fails === undefined ? undefined : truth.holds };
}

export function allOf(parts: readonly Truth[]): Truth {
  const isSure = parts.every(({ fails }) => fails === undefined);
  return { holds: and(...parts.map(({ holds }) => holds)), fails: isSure ? undefined : or(...parts.map(failsOf)) };
}

export function anyOf(parts: readonly Truth[]): Truth {
  return opposite(allOf(parts.map(opposite)));
}
