import { closed } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { at, type Fields } from "../../lowering/source.ts";
import { keyProblem } from "../../../../src/flags/limits.ts";
import type { Draft, ImportedSegment } from "../../types.ts";
import { lowerTest } from "./logic.ts";
import type { Scope } from "./scope.ts";

/** Returns a segment for each evaluator that is a condition of its own. The others are written out in the flags. */
export function segmentsOf(base: Omit<Scope, "notes">): Draft<ImportedSegment>[] {
  return Object.entries(base.evaluators).map(([key, evaluator]) => {
    const place = at("/$evaluators", key);
    const problem = keyProblem(key);
    if (dependsOnFlag(evaluator, base.evaluators) || problem !== undefined) {
      const text = "it is no segment: the flags that refer to it have it written out";
      return {
        item: undefined,
        entry: { kind: "segment", key, place, outcome: "exact with a note", notes: [{ place, text }] },
      };
    }
    return draftOf({ kind: "segment", key, place }, (notes): ImportedSegment => {
      const { holds } = lowerTest(evaluator, place, { ...base, open: [key], notes });
      if (typeof holds === "boolean") throw new NotImportable(place, "its result is the same for everybody");
      return { key, name: key, description: "", condition: closed(holds) };
    });
  });
}

/** Returns whether an evaluator depends on the flag, or gives a variant rather than a condition. */
function dependsOnFlag(expression: unknown, evaluators: Fields, open: readonly string[] = []): boolean {
  if (Array.isArray(expression)) return expression.some((one) => dependsOnFlag(one, evaluators, open));
  if (expression === "$flagd.flagKey") return true;
  if (typeof expression !== "object" || expression === null) return false;
  return Object.entries(expression).some(([operator, args]) => {
    if (operator === "fractional" || operator === "if") return true;
    if (operator === "$ref" && typeof args === "string")
      return !open.includes(args) && dependsOnFlag(evaluators[args], evaluators, [...open, args]);
    return dependsOnFlag(args, evaluators, open);
  });
}
