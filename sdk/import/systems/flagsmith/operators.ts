import type { AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { checkPattern, isExpression } from "../../lowering/pattern.ts";
import { all, any, exists, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { entryOf, scalarText } from "../../lowering/source.ts";

const ORDERS: Record<string, { plain: Operator; version: Operator }> = {
  GREATER_THAN: { plain: "gt", version: "semver_gt" },
  GREATER_THAN_INCLUSIVE: { plain: "gte", version: "semver_gte" },
  LESS_THAN: { plain: "lt", version: "semver_lt" },
  LESS_THAN_INCLUSIVE: { plain: "lte", version: "semver_lte" },
};

const SUFFIX = ":semver";

/** Returns a test of a trait that is set. The value takes the type of the trait. */
export function matchesTrait(
  attribute: AttributePath,
  operator: string,
  input: unknown,
  place: string,
  notes: Notes,
): Lowered {
  if (operator === "IN") return isIn(attribute, input);
  const value = typeof input === "string" ? input : scalarText(input);
  if (value.endsWith(SUFFIX) && operator !== "NOT_CONTAINS" && operator !== "REGEX" && operator !== "MODULO")
    return comparesVersions(attribute, operator, value, place);
  switch (operator) {
    case "EQUAL":
      return isEqual(attribute, value);
    case "NOT_EQUAL":
      return all(isScalar(attribute), not(isEqual(attribute, value)));
    case "CONTAINS":
      if (value === "") return all(leaf(attribute, "gte", [""]), not(leaf(attribute, "equals", [""])));
      return leaf(attribute, "contains", [value]);
    case "NOT_CONTAINS":
      return value === "" ? false : all(leaf(attribute, "gte", [""]), not(leaf(attribute, "contains", [value])));
    case "REGEX":
      return matches(attribute, value, place, notes);
    case "MODULO":
      return hasRemainder(attribute, value, place, notes);
    default:
      return compares(attribute, operator, value, place);
  }
}

/** Traits are text, numbers or booleans. */
function isScalar(attribute: AttributePath): Lowered {
  return leaf(attribute, "in", ["string", "number", "boolean"], { read: "type" });
}

/** A boolean equals every text but "False" and "false". */
function isEqual(attribute: AttributePath, value: string): Lowered {
  const values: JsonScalar[] = [value, truthOf(value)];
  const number = Number.parseFloat(value);
  if (!Number.isNaN(number)) values.push(number);
  return leaf(
    attribute,
    "in",
    values.filter((one) => one !== Infinity && one !== -Infinity),
  );
}

function truthOf(value: string): boolean {
  return value !== "False" && value !== "false";
}

function compares(attribute: AttributePath, operator: string, value: string, place: string): Lowered {
  const order = entryOf(ORDERS, operator);
  if (order === undefined) throw new NotImportable(place, `the operator ${operator} is not known`);
  const number = Number.parseFloat(value);
  const bound = Number(truthOf(value));
  const flags = [true, false].filter((flag) => {
    if (operator === "GREATER_THAN") return Number(flag) > bound;
    if (operator === "GREATER_THAN_INCLUSIVE") return Number(flag) >= bound;
    return operator === "LESS_THAN" ? Number(flag) < bound : Number(flag) <= bound;
  });
  return any(
    leaf(attribute, "in", flags),
    leaf(attribute, order.plain, [value]),
    Number.isFinite(number) && leaf(attribute, order.plain, [number]),
  );
}

function comparesVersions(attribute: AttributePath, operator: string, value: string, place: string): Lowered {
  const version = value.replace(SUFFIX, "").trim();
  const order = operator === "EQUAL" ? "semver_eq" : entryOf(ORDERS, operator)?.version;
  if (operator === "NOT_EQUAL")
    return all(exists(attribute), not(leaf(attribute, "in", [null, value.replace(SUFFIX, "")])));
  if (operator === "CONTAINS") return leaf(attribute, "contains", [value.replace(SUFFIX, "")]);
  if (order === undefined) throw new NotImportable(place, `the operator ${operator} is not known`);
  // A value that is no version equals nothing.
  return valueProblem(order, version) === undefined && leaf(attribute, order, [version]);
}

function isIn(attribute: AttributePath, input: unknown): Lowered {
  const values = listed(input);
  const numbers = values.map(Number).filter((number, i) => number !== 0 && String(number) === values[i]);
  const finite = numbers.filter((number) => Number.isFinite(number));
  return leaf(attribute, "in", [...values.filter((value) => value !== ""), ...finite]);
}

function listed(input: unknown): string[] {
  if (Array.isArray(input)) return input.filter((one) => typeof one === "string");
  const text = scalarText(input);
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.filter((one) => typeof one === "string");
  } catch {
    // Any other text is a list with commas.
  }
  return text.split(",");
}

function matches(attribute: AttributePath, pattern: string, place: string, notes: Notes): Lowered {
  if (pattern === "" || !isExpression(pattern)) return false;
  checkPattern(pattern, place);
  if (!pattern.startsWith("^"))
    notes.note(place, "the pattern is found anywhere in the text; SDKs in Python only find it at the start");
  return leaf(attribute, "matches", [pattern], { read: "text" });
}

function hasRemainder(attribute: AttributePath, value: string, place: string, notes: Notes): Lowered {
  const parts = value.split("|").map(Number.parseFloat);
  const [divisor = Number.NaN, remainder = Number.NaN] = parts;
  if (parts.length !== 2 || Number.isNaN(divisor) || Number.isNaN(remainder) || divisor === 0) return false;
  if (divisor < 0 || !Number.isFinite(divisor) || !Number.isFinite(remainder))
    throw new NotImportable(place, "the divisor must be a number above 0");
  notes.approximate(place, 'text that only begins with a number, such as "2.0.0", has no remainder here');
  return leaf(attribute, "equals", [remainder], { read: { modulo: divisor } });
}
