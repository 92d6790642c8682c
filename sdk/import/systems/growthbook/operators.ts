import type { JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { checkPattern, isExpression } from "../../lowering/pattern.ts";
import { any, type Lowered } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { holdsFor, isNull, type Subject, test } from "./subject.ts";

/** Returns whether a subject equals a value as JavaScript's `===` does. Lists and objects equal nothing. */
export function strictlyEquals(subject: Subject, value: unknown): Lowered {
  if (value === null) return isNull(subject);
  return isScalar(value) ? test(subject, "equals", [value]) : false;
}

/** Returns whether a value is in a list, or a list has an element in common with it. */
export function isIn(subject: Subject, values: readonly unknown[], fold: boolean): Lowered {
  const options = { ...(fold && { caseInsensitive: true }), ...(subject.part === "value" && { each: true }) };
  return any(test(subject, "in", values.filter(isScalar), options), values.includes(null) && isNull(subject));
}

/**
 * Returns a comparison as JavaScript makes it: two texts by code unit, and everything else as numbers, where `null` and
 * a missing attribute are 0.
 */
export function compares(
  subject: Subject,
  operator: "lt" | "lte" | "gt" | "gte",
  bound: unknown,
  place: string,
): Lowered {
  if (!isScalar(bound)) throw new NotImportable(place, "it compares with a list or an object");
  if (subject.part === "length") return test(subject, operator, [Number(bound)]);
  const number = Number(bound);
  const asNumber: Lowered[] = [];
  if (!Number.isNaN(number)) {
    const isPassed = (value: number): boolean => holdsFor(test(subject, operator, [number]), value);
    const zeros = typeof bound === "string" ? [false] : [false, ""];
    if (isPassed(0)) asNumber.push(isNull(subject), test(subject, "in", zeros));
    if (isPassed(1)) asNumber.push(test(subject, "equals", [true]));
    // A text compares as a number with a number only.
    asNumber.push(test(subject, operator, [number], typeof bound === "string" ? {} : { read: "number" }));
  }
  return any(...asNumber, typeof bound === "string" && test(subject, operator, [bound]));
}

/** Returns a comparison of padded versions. A value that is not a version counts as "0". */
export function comparesVersions(subject: Subject, operator: Operator, value: unknown, place: string): Lowered {
  const read = "version-padded" as const;
  const text = typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : "0";
  const problem = valueProblem(operator, text, read);
  if (problem !== undefined) throw new NotImportable(place, `the version ${problem}`);
  const condition = test(subject, operator, [text], { read });
  if (!holdsFor(condition, "0")) return condition;
  return test(subject, operator, [text], { read, missing: true, invalid: true });
}

/** Returns a match of a regular expression. A pattern that JavaScript refuses matches nothing. */
export function matches(subject: Subject, pattern: unknown, fold: boolean, place: string): Lowered {
  if (typeof pattern !== "string") throw new NotImportable(place, "the pattern is not a text");
  if (!isExpression(pattern)) return false;
  checkPattern(pattern, place);
  if (pattern === "") return test(subject, "gte", [""], { read: "text", missing: true, invalid: true });
  const options = { read: "text" as const, ...(fold && { caseInsensitive: true }) };
  const condition = test(subject, "matches", [pattern], options);
  // JavaScript matches `null` as text.
  return any(condition, holdsFor(condition, "null") && isNull(subject));
}

export function isScalar(value: unknown): value is JsonScalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
