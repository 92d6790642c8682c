/**
 * Parts of a flag that hold, do not hold, or are malformed. LaunchDarkly reports the error only if evaluation reaches
 * the part.
 */
import { all, any, type Lowered, not } from "../../lowering/condition.ts";

export interface Verdict {
  holds: Lowered;
  /** When evaluation reaches a malformed part. */
  fails: Lowered;
}

export const MALFORMED: Verdict = { holds: false, fails: true };

export function verdict(holds: Lowered): Verdict {
  return { holds, fails: false };
}

/** Returns the conjunction of parts that are evaluated in order until one does not hold. */
export function allInOrder(parts: readonly Verdict[]): Verdict {
  let fails: Lowered = false;
  let before: Lowered = true;
  for (const part of parts) {
    fails = any(fails, all(before, part.fails));
    before = all(before, part.holds);
  }
  return { holds: before, fails };
}

/** Returns the disjunction of parts that are evaluated in order until one holds. */
export function anyInOrder(parts: readonly Verdict[]): Verdict {
  let fails: Lowered = false;
  let holds: Lowered = false;
  for (const part of parts) {
    fails = any(fails, all(not(holds), part.fails));
    holds = any(holds, part.holds);
  }
  return { holds, fails };
}

/** Returns the opposite. A malformed part stays malformed. */
export function negated({ holds, fails }: Verdict): Verdict {
  return { holds: not(any(holds, fails)), fails };
}
