import { valueProblem } from "../../../src/flags/operator-values.ts";
import { NotImportable } from "./draft.ts";

/** @throws NotImportable for a pattern outside RE2, which the SDKs of a system read differently */
export function checkPattern(pattern: string, place: string): void {
  const problem = valueProblem("matches", pattern);
  if (problem !== undefined) throw new NotImportable(place, `the pattern ${problem}`);
}

/** Returns whether JavaScript accepts a pattern. */
export function isExpression(pattern: string, flags = ""): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}
