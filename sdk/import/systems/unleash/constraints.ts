import type { Operator } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { parseCidr } from "../../../../src/flags/formats/ip.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { all, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import {
  at,
  entryOf,
  type Fields,
  numberOf,
  partsOf,
  type Placed,
  scalarText,
  textOf,
  textsOf,
} from "../../lowering/source.ts";
import { attributeOf } from "./context.ts";

const TEXT_OPERATORS: Record<string, Operator> = {
  STR_STARTS_WITH: "starts_with",
  STR_ENDS_WITH: "ends_with",
  STR_CONTAINS: "contains",
};
const NUMBER_OPERATORS: Record<string, Operator> = {
  NUM_EQ: "equals",
  NUM_GT: "gt",
  NUM_GTE: "gte",
  NUM_LT: "lt",
  NUM_LTE: "lte",
};
const VERSION_OPERATORS: Record<string, Operator> = {
  SEMVER_EQ: "semver_eq",
  SEMVER_GT: "semver_gt",
  SEMVER_GTE: "semver_gte",
  SEMVER_LT: "semver_lt",
  SEMVER_LTE: "semver_lte",
};

/** Returns the constraints of a strategy or segment as one condition. */
export function lowerConstraints(part: Placed, notes: Notes): Lowered {
  return all(...partsOf(part, "constraints").map((constraint) => lowerConstraint(constraint, notes)));
}

/** Returns whether a constraint compares the current time, which is not an attribute if nobody sends it. */
export function comparesTime(part: Placed): boolean {
  return partsOf(part, "constraints").some(({ fields }) => fields["contextName"] === "currentTime");
}

function lowerConstraint({ fields, place }: Placed, notes: Notes): Lowered {
  const holds = lowerOperator(fields, place);
  // Unleash's clients reject a constraint that they do not know, even an inverted one.
  if (holds === undefined) {
    notes.note(place, "its operator or pattern is not known: it never holds, inverted or not");
    return false;
  }
  if (holds === false && !isEmpty(fields))
    notes.note(at(place, "value"), "the operator cannot compare its value, so that no attribute passes");
  return fields["inverted"] === true ? not(holds) : holds;
}

/** Returns whether a constraint has an empty list of values, which no attribute passes. */
function isEmpty({ values, value }: Fields): boolean {
  return value === undefined && textsOf(values).length === 0;
}

function lowerOperator(constraint: Fields, place: string): Lowered | undefined {
  const operator = textOf(constraint["operator"]) ?? "";
  const isDate = operator === "DATE_AFTER" || operator === "DATE_BEFORE";
  if (constraint["contextName"] === "currentTime" && !isDate)
    throw new NotImportable(at(place, "operator"), `${operator} does not compare instants, as currentTime is`);
  const attribute = attributeOf(textOf(constraint["contextName"]) ?? "");
  const value = scalarText(constraint["value"]);
  const values = trimmed(textsOf(constraint["values"]));
  const fold = constraint["caseInsensitive"] === true ? { caseInsensitive: true } : {};
  const text = (one: Operator, wanted: readonly string[]) => leaf(attribute, one, wanted, { ...fold, read: "text" });
  if (operator === "IN" || operator === "NOT_IN") {
    const isIn = leaf(attribute, "in", values, { read: "text" });
    return operator === "IN" ? isIn : not(isIn);
  }
  const textOperator = entryOf(TEXT_OPERATORS, operator);
  // Every text contains the empty one.
  if (textOperator !== undefined)
    return values.includes("") ? leaf(attribute, "gte", [""], { read: "text" }) : text(textOperator, values);
  const numberOperator = entryOf(NUMBER_OPERATORS, operator);
  if (numberOperator !== undefined) {
    const number = numberOf(constraint["value"]);
    return number === undefined ? false : leaf(attribute, numberOperator, [number], { read: "number" });
  }
  const versionOperator = entryOf(VERSION_OPERATORS, operator);
  if (versionOperator !== undefined) {
    const isValid = valueProblem(versionOperator, value, "version-strict") === undefined;
    return isValid ? leaf(attribute, versionOperator, [value], { read: "version-strict" }) : false;
  }
  if (operator === "REGEX") return isPattern(value) ? text("matches", [value]) : undefined;
  if (operator === "IN_CIDR") return leaf(attribute, "ip_in_cidr", values.filter(isBlock));
  if (isDate) {
    if (constraint["contextName"] !== "currentTime")
      throw new NotImportable(place, `${operator} compares ${String(constraint["contextName"])}, not currentTime`);
    return lowerDate(operator, value);
  }
  return undefined;
}

function lowerDate(operator: "DATE_AFTER" | "DATE_BEFORE", value: string): Lowered {
  if (Number.isNaN(parseInstant(value))) return false;
  return leaf("currentTime", operator === "DATE_AFTER" ? "after" : "before", [value]);
}

/** Unleash's clients leave out empty values before they trim the others. */
function trimmed(values: readonly string[]): string[] {
  return values.filter((value) => value !== "").map((value) => value.trim());
}

function isPattern(value: string): boolean {
  return valueProblem("matches", value) === undefined;
}

function isBlock(value: string): boolean {
  return parseCidr(value) !== undefined;
}
