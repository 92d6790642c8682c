import { compileValueTest } from "../../../../src/evaluation/readers/value-test.ts";
import { FALSE, TRUE } from "../../../../src/evaluation/truth.ts";
import type { AttributeCondition, AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";

/** The subject of a condition of GrowthBook: an attribute, an element of its list, or the length of its list. */
export interface Subject {
  attribute: AttributePath;
  part: "value" | "element" | "length";
}

type Options = Omit<AttributeCondition, "attribute" | "operator" | "values">;

/** Returns a test of a subject. */
export function test(
  { attribute, part }: Subject,
  operator: Operator,
  values: readonly JsonScalar[],
  options: Options = {},
): Lowered {
  if (part === "length") return leaf(attribute, operator, values, { ...options, read: "length" });
  return leaf(attribute, operator, values, part === "element" ? { ...options, each: true } : options);
}

/** Returns whether the subject is `null`, which is also the value of a missing attribute. */
export function isNull(subject: Subject): Lowered {
  if (subject.part === "length") return false;
  return subject.part === "element" ? test(subject, "equals", [null]) : isNullish(subject.attribute);
}

export function isList(attribute: AttributePath): Lowered {
  return leaf(attribute, "equals", ["array"], { read: "type" });
}

/**
 * Returns the opposite of a test. Returns `undefined` for an element, because the opposite would be that no element
 * passes, and GrowthBook asks whether one fails.
 */
export function opposite(subject: Subject, condition: Lowered): Lowered | undefined {
  return subject.part === "element" && typeof condition === "object" ? undefined : not(condition);
}

/** Returns the conjunction of tests. For an element there must be one, because two elements could pass one each. */
export function both(subject: Subject, conditions: readonly Lowered[]): Lowered | undefined {
  const joined = all(...conditions);
  return subject.part === "element" && typeof joined === "object" && "all" in joined ? undefined : joined;
}

/**
 * Returns a test of elements without `null`, which `$elemMatch` skips. Returns `undefined` if the test cannot leave it
 * out.
 */
export function withoutNull(condition: Lowered): Lowered | undefined {
  if (typeof condition === "boolean") return condition ? undefined : false;
  if ("any" in condition) {
    const tests = condition.any.map(withoutNull);
    return tests.includes(undefined) ? undefined : any(...tests.filter((one) => one !== undefined));
  }
  if (!("attribute" in condition)) return undefined;
  const { operator, values = [], read, invalid } = condition;
  // The test holds for every element that it cannot read, and null is one.
  if (invalid === true) return undefined;
  if ((operator === "in" || operator === "equals") && read === undefined) {
    const kept = values.filter((value) => value !== null);
    return kept.length > 0 && { ...condition, values: kept };
  }
  return holdsFor(condition, null) ? undefined : condition;
}

/** Returns the result of a test for a value that is known now. */
export function holdsFor(condition: Lowered, value: JsonScalar): boolean {
  if (typeof condition === "boolean") return condition;
  return "attribute" in condition && compileValueTest({ ...condition, each: false }, FALSE)(value, 0) === TRUE;
}
