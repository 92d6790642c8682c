import type { AttributeCondition, JsonScalar } from "../../../src/flags/document.ts";
import { caretRange, parseVersion, tildeRange, type Version } from "../../../src/flags/formats/semver.ts";
import { isBoolean, isList, isNumber, isText, isVersion } from "../../import/systems/flagd/guards.ts";
import { type Attribute, attributeOf, quoted } from "./attribute.ts";
import { and, type Logic, not, or, sure, type Truth } from "./logic.ts";
import type { Refusals } from "./refusals.ts";

/** A comparison of an attribute. */
interface Comparison {
  /** True if the attribute can be compared. */
  valid: Logic;
  /** True if it can be compared and passes. */
  passes: Logic;
}

const ORDERS = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;
const VERSION_ORDERS = {
  semver_eq: "=",
  semver_lt: "<",
  semver_lte: "<=",
  semver_gt: ">",
  semver_gte: ">=",
} as const;

/** Returns a test of an attribute. */
export function leafTruth(condition: AttributeCondition, place: string, refusals: Refusals): Truth {
  const attribute = attributeOf(condition.attribute, `${place}/attribute`, refusals);
  if (condition.operator === "exists") return sure(attribute.exists);
  const comparison = comparisonOf(condition, attribute, place, refusals);
  return comparison === undefined ? sure(false) : withRest(comparison, attribute, condition);
}

/** Adds the cases in which nothing is compared: the attribute is missing, or cannot be compared. */
function withRest({ valid, passes }: Comparison, { exists }: Attribute, condition: AttributeCondition): Truth {
  const { missing = false, invalid = missing === "unknown" ? missing : false } = condition;
  const rest = (value: boolean): Logic => {
    if (missing === value && invalid === value) return not(valid);
    return or(missing === value && not(exists), invalid === value && and(exists, not(valid)));
  };
  const isSure = missing !== "unknown" && invalid !== "unknown";
  return {
    holds: or(passes, rest(true)),
    fails: isSure ? undefined : or(and(valid, not(passes)), rest(false)),
  };
}

function comparisonOf(
  condition: AttributeCondition,
  attribute: Attribute,
  place: string,
  refusals: Refusals,
): Comparison | undefined {
  const { operator, values = [], read, each = false, packed, caseInsensitive = false } = condition;
  const refuse = (field: string, text: string): undefined => {
    refusals.add(`${place}/${field}`, text);
    return undefined;
  };
  if (packed !== undefined) return refuse("packed", "flagd cannot compare hashes");
  if (read !== undefined) return refuse("read", `flagd does not have the reader ${quoted(nameOf(read))}`);
  if (each) return refuse("each", "conditions on the elements of a list have no exact form in flagd");
  if (caseInsensitive) return refuse("caseInsensitive", "flagd compares text with its case");
  const subject = attribute.read;
  switch (operator) {
    case "equals":
    case "in":
      return equality(values, attribute);
    case "contains": {
      const valid = isText(subject);
      return { valid, passes: and(valid, or(...values.map((value) => ({ in: [value, subject] })))) };
    }
    case "starts_with":
    case "ends_with":
      return {
        valid: isText(subject),
        passes: or(...values.map((value) => ({ "!!": [{ [operator]: [subject, value] }] }))),
      };
    case "lt":
    case "lte":
    case "gt":
    case "gte": {
      const [bound = 0] = values;
      const valid = typeof bound === "string" ? isText(subject) : isNumber(subject);
      return { valid, passes: and(valid, { [ORDERS[operator]]: [subject, bound] }) };
    }
    case "between":
      return between(values, subject);
    case "array_contains_any":
    case "array_contains_all": {
      // flagd in Go takes the text "5" in a list for the number 5.
      if (values.some((value) => typeof value === "number"))
        return refuse("values", "flagd does not tell a number in a list from the same number in text");
      const valid = isList(subject);
      const tests = values.map((value): Logic => ({ in: [value, subject] }));
      return { valid, passes: and(valid, operator === "array_contains_any" ? or(...tests) : and(...tests)) };
    }
    case "semver_eq":
    case "semver_lt":
    case "semver_lte":
    case "semver_gt":
    case "semver_gte": {
      const valid = isVersion(subject);
      const tests = values.map((value) => compareVersion(subject, VERSION_ORDERS[operator], value));
      return { valid, passes: and(valid, or(...tests)) };
    }
    case "semver_caret":
    case "semver_tilde":
      return within(values, operator === "semver_caret" ? caretRange : tildeRange, subject);
    case "matches":
    case "before":
    case "after":
    case "ip_in_cidr":
    case "exists":
      return refuse("operator", `flagd has no operator like ${quoted(operator)}`);
  }
}

/**
 * The attribute can be compared if its type occurs among the values. Each type is compared alone, because flagd in Go
 * takes the number 0 for one of a list of texts.
 */
function equality(values: readonly JsonScalar[], { read, isNull }: Attribute): Comparison {
  const texts = values.filter((value) => typeof value === "string");
  const numbers = values.filter((value) => typeof value === "number");
  const booleans = values.filter((value) => typeof value === "boolean");
  const nulls = values.includes(null) && isNull;
  const isTexts = texts.length > 0 && isText(read);
  const isNumbers = numbers.length > 0 && isNumber(read);
  return {
    valid: or(isTexts, isNumbers, booleans.length > 0 && isBoolean(read), nulls),
    passes: or(
      texts.length === 1 ? { "===": [read, ...texts] } : and(isTexts, { in: [read, texts] }),
      and(isNumbers, { in: [read, numbers] }),
      ...booleans.map((value) => ({ "===": [read, value] })),
      nulls,
    ),
  };
}

function between(bounds: readonly JsonScalar[], subject: Logic): Comparison {
  const valid = isNumber(subject);
  const tests: Logic[] = [];
  for (let i = 0; i < bounds.length; i += 2)
    tests.push(and({ ">=": [subject, bounds[i] ?? 0] }, { "<=": [subject, bounds[i + 1] ?? 0] }));
  return { valid, passes: and(valid, or(...tests)) };
}

type Range = (version: Version) => { lower: Version; upper: Version };

function within(values: readonly JsonScalar[], range: Range, subject: Logic): Comparison {
  const valid = isVersion(subject);
  const tests = values.map((value) => {
    const version = parseVersion(String(value));
    if (version === undefined) return false;
    const { major, minor, patch } = range(version).upper;
    const until = `${major}.${minor}.${patch}-0`;
    return and(compareVersion(subject, ">=", value), compareVersion(subject, "<", until));
  });
  return { valid, passes: and(valid, or(...tests)) };
}

function compareVersion(subject: Logic, operator: string, version: JsonScalar): Logic {
  return { "!!": [{ sem_ver: [subject, operator, version] }] };
}

function nameOf(read: NonNullable<AttributeCondition["read"]>): string {
  return typeof read === "string" ? read : (Object.keys(read)[0] ?? "");
}
