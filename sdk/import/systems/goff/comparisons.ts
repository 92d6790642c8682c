/** The operators of GO Feature Flag's queries. A value of another type than the operand makes each of them false. */
import type { Operator } from "../../../../src/flags/document.ts";
import { hasValue, isNullish } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { isNumber, isText, type Subject } from "./attributes.ts";

export const RELATIONS = ["eq", "ne", "gt", "lt", "ge", "le", "co", "sw", "ew", "in"] as const;
export type Relation = (typeof RELATIONS)[number];

/** The value on the right of an operator. A text has no quotes, and its escapes as they are, as in the library. */
export type Operand =
  | { type: "text"; value: string }
  | { type: "integer" | "double"; value: number }
  | { type: "version"; value: string }
  | { type: "boolean"; value: boolean }
  | { type: "null" }
  | { type: "texts"; values: string[] }
  | { type: "integers"; values: number[] }
  | { type: "doubles"; values: number[] };

const ORDERS: Partial<Record<Relation, "gt" | "lt" | "gte" | "lte">> = { gt: "gt", lt: "lt", ge: "gte", le: "lte" };
const PARTS: Partial<Record<Relation, Operator>> = { co: "contains", sw: "starts_with", ew: "ends_with" };

export function isPresent({ attribute, isKey, isAnonymous }: Subject): Lowered {
  return isKey || isAnonymous || hasValue(attribute);
}

/** @throws NotImportable for operators that the library refuses, and for orders of texts without regard to case */
export function lowerComparison(subject: Subject, relation: Relation, operand: Operand, place: string): Lowered {
  const refuse = (): never => {
    throw new NotImportable(place, `"${relation}" cannot be imported for a value of the type ${operand.type}`);
  };
  switch (operand.type) {
    case "text":
      return lowerText(subject, relation, operand.value) ?? refuse();
    case "texts":
      return relation === "in" ? inTexts(subject, operand.values) : refuse();
    case "integers":
      return relation === "in" ? leaf(subject.attribute, "in", operand.values) : refuse();
    case "integer":
      return lowerInteger(subject, relation, operand.value) ?? refuse();
    case "double":
      return lowerDouble(subject, relation, operand.value) ?? refuse();
    case "version":
      return lowerVersion(subject, relation, operand.value) ?? refuse();
    case "boolean":
      return lowerBoolean(subject, relation, operand.value) ?? refuse();
    case "null":
      return lowerNull(subject, relation) ?? refuse();
    case "doubles":
      return refuse();
  }
}

function lowerText(subject: Subject, relation: Relation, value: string): Lowered | undefined {
  if (relation === "eq") return equalsText(subject, value);
  if (relation === "ne") return all(isText(subject), not(equalsText(subject, value)));
  const part = PARTS[relation];
  if (part === undefined) return undefined;
  // Every text contains the empty one.
  return value === "" ? isText(subject) : leaf(subject.attribute, part, [value], { caseInsensitive: true });
}

function equalsText({ attribute, isKey }: Subject, value: string): Lowered {
  return leaf(attribute, "equals", [value], { caseInsensitive: true, ...(isKey && value === "" && { missing: true }) });
}

/** Lists are compared with case, unlike single values. */
function inTexts({ attribute, isKey }: Subject, values: readonly string[]): Lowered {
  return leaf(attribute, "in", [...new Set(values)], { ...(isKey && values.includes("") && { missing: true }) });
}

/** The library cuts the digits after the point off a number that it compares with a whole number. */
function lowerInteger(subject: Subject, relation: Relation, value: number): Lowered | undefined {
  const atLeast = (number: number): Lowered =>
    number > 0 ? leaf(subject.attribute, "gte", [number]) : leaf(subject.attribute, "gt", [number - 1]);
  const below = (number: number): Lowered => all(isNumber(subject), not(atLeast(number)));
  switch (relation) {
    case "eq":
      return all(atLeast(value), below(value + 1));
    case "ne":
      return any(below(value), atLeast(value + 1));
    case "gt":
      return atLeast(value + 1);
    case "ge":
      return atLeast(value);
    case "lt":
      return below(value);
    case "le":
      return below(value + 1);
    case "co":
    case "sw":
    case "ew":
    case "in":
      return undefined;
  }
}

function lowerDouble(subject: Subject, relation: Relation, value: number): Lowered | undefined {
  const equals = leaf(subject.attribute, "equals", [value]);
  if (relation === "eq") return equals;
  if (relation === "ne") return all(isNumber(subject), not(equals));
  const order = ORDERS[relation];
  return order && leaf(subject.attribute, order, [value]);
}

function lowerVersion({ attribute }: Subject, relation: Relation, value: string): Lowered | undefined {
  const test = (operator: Operator): Lowered => leaf(attribute, operator, [value], { read: "version-strict" });
  if (relation === "eq") return test("semver_eq");
  if (relation === "ne") return any(test("semver_lt"), test("semver_gt"));
  const order = ORDERS[relation];
  return order && test(`semver_${order}`);
}

function lowerBoolean({ attribute, isAnonymous }: Subject, relation: Relation, value: boolean): Lowered | undefined {
  if (relation !== "eq" && relation !== "ne") return undefined;
  const wanted = relation === "eq" ? value : !value;
  const equals = leaf(attribute, "equals", [wanted]);
  return isAnonymous && !wanted ? not(leaf(attribute, "equals", [true])) : equals;
}

function lowerNull(subject: Subject, relation: Relation): Lowered | undefined {
  if (relation === "ne") return isPresent(subject);
  if (relation !== "eq") return undefined;
  return subject.isKey || subject.isAnonymous ? false : isNullish(subject.attribute);
}
