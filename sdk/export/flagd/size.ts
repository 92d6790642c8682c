import type { Logic } from "../../import/systems/flagd/guards.ts";

/** Returns the number of parts of an expression when it is written out. Counting stops beyond the limit. */
export function branchCount(logic: Logic, limit: number, known = new Map<object, number>()): number {
  if (typeof logic !== "object" || logic === null) return 1;
  const before = known.get(logic);
  if (before !== undefined) return before;
  let count = 1;
  for (const part of Object.values(logic)) {
    count += branchCount(part as Logic, limit, known);
    if (count > limit) break;
  }
  known.set(logic, count);
  return count;
}
