import type { AttributePath, Condition, Operator } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { checkPattern } from "../../lowering/pattern.ts";
import { any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { entryOf, at, scalarText } from "../../lowering/source.ts";
import type { Filter } from "./filter.ts";
import { lowerVersion } from "./versions.ts";

const NEGATIVE: Record<string, string> = {
  is_not: "exact",
  not_icontains: "icontains",
  not_starts_with: "starts_with",
  not_ends_with: "ends_with",
  not_regex: "regex",
  is_not_set: "is_set",
};

const TEXT_OPERATORS = ["exact", "icontains", "starts_with", "ends_with", "regex"];

/** Returns when a filter matches. It is unknown if the property is missing, as in PostHog's local evaluation. */
export function lowerFilter(filter: Filter): Lowered {
  const operator = scalarText(filter.property["operator"]) || "exact";
  const positive = entryOf(NEGATIVE, operator);
  if (operator === "is_not_set") {
    const text = "local evaluation cannot decide it for a missing property; here it is true then, as on the server";
    filter.notes.approximate(at(filter.place, "operator"), text);
    return not({ attribute: filter.attribute, operator: "exists" });
  }
  return positive === undefined ? lowerPositive(filter, operator) : not(lowerPositive(filter, positive));
}

function lowerPositive(filter: Filter, operator: string): Lowered {
  const { attribute, property, place, notes } = filter;
  const { value } = property;
  if (TEXT_OPERATORS.includes(operator))
    notes.note(at(place, "key"), "PostHog reads a list as its elements joined by commas; here, a list is not text");
  const isList = typeof value === "object" && value !== null;
  if (isList && operator !== "exact" && operator !== "is_set")
    throw new NotImportable(at(place, "value"), `the operator "${operator}" takes no list`);
  if (operator.startsWith("semver_")) return lowerVersion(filter, operator.slice("semver_".length));
  switch (operator) {
    case "is_set":
      return isSet(attribute);
    case "exact":
      return lowerExact(filter);
    case "icontains":
      return lowerPart(filter, "contains", (text) => "null".includes(text));
    case "starts_with":
      return lowerPart(filter, operator, (text) => "null".startsWith(text));
    case "ends_with":
      return lowerPart(filter, operator, (text) => "null".endsWith(text));
    case "regex":
      return lowerPattern(filter, scalarText(value));
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return compare(filter, operator);
    case "is_date_before":
    case "is_date_after":
      notes.note(at(place, "key"), "send the date in ISO 8601; other forms are not dates here");
      return lowerDate(filter, operator === "is_date_before");
    default:
      throw new NotImportable(at(place, "operator"), `the operator "${operator}" is not known`);
  }
}

const TYPES = ["null", "boolean", "number", "string", "array", "object"];

/** Returns a condition that is true if the property is present, and unknown if it is missing. */
function isSet(attribute: AttributePath): Lowered {
  return leaf(attribute, "in", TYPES, { read: "type", missing: "unknown" });
}

/** A test of the property's text. A value without a text does not match. */
const TEXT = { read: "text", missing: "unknown", invalid: false } as const;

/** PostHog compares `null` as the text "null". */
function orNull(condition: Lowered, attribute: AttributePath, isNullWanted: boolean): Lowered {
  if (!isNullWanted) return condition;
  return any(condition, leaf(attribute, "equals", [null], { missing: "unknown", invalid: false }));
}

function lowerExact({ attribute, property: { value }, place, notes }: Filter): Lowered {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isText = (one: unknown): boolean => ["string", "number", "boolean"].includes(typeof one);
  if (!values.every(isText)) throw new NotImportable(at(place, "value"), "the value is not a text, number or boolean");
  const texts = values.map((one) => scalarText(one).toLowerCase());
  if (texts.some((text) => /[^\0-\x7f]/.test(text)))
    notes.note(
      at(place, "value"),
      "upper and lower case of letters outside ASCII are always equal here, but not always in PostHog",
    );
  if (!texts.every((text) => text === "true" || text === "false")) {
    const test = leaf(attribute, "in", [...new Set(texts)], { ...TEXT, caseInsensitive: true });
    return orNull(test, attribute, texts.includes("null"));
  }
  // Everything that is not true counts as false.
  notes.note(at(place, "value"), "a list is not a boolean here");
  const isTrue = leaf(attribute, "in", ["true"], { ...TEXT, caseInsensitive: true });
  return texts.every((text) => text === "true") ? isTrue : not(isTrue);
}

function lowerPart(
  { attribute, property: { value }, place }: Filter,
  operator: "contains" | "starts_with" | "ends_with",
  isInNull: (text: string) => boolean,
): Lowered {
  const text = scalarText(value);
  if (text === "") return isSet(attribute);
  // PostHog folds the case of ASCII letters only.
  if (/[^\0-\x7f]/.test(text)) throw new NotImportable(at(place, "value"), "the text has characters outside ASCII");
  const test = leaf(attribute, operator, [text], { ...TEXT, caseInsensitive: true });
  return orNull(test, attribute, isInNull(text.toLowerCase()));
}

function lowerPattern({ attribute, place }: Filter, pattern: string): Lowered {
  if (pattern === "") return isSet(attribute);
  checkPattern(pattern, at(place, "value"));
  return leaf(attribute, "matches", [pattern], TEXT);
}

const BEGINS_AS_NUMBER = "^\\s*[-+]?(?:[0-9]|\\.[0-9])";

/** Numbers compare as numbers, also in text. Otherwise both compare as text. */
function compare({ attribute, property: { value }, place, notes }: Filter, operator: Operator): Lowered {
  const asText = leaf(attribute, operator, [scalarText(value)], TEXT);
  const number = typeof value === "number" ? value : Number.parseFloat(scalarText(value));
  if (!Number.isFinite(number)) return asText;
  notes.note(at(place, "key"), "a text that only begins with a number, such as 12px, is not compared here");
  const asNumber = leaf(attribute, operator, [number], { read: "number", missing: "unknown", invalid: false });
  const isOther = not(leaf(attribute, "matches", [BEGINS_AS_NUMBER], TEXT));
  return any(asNumber, { all: [isOther as Condition, asText as Condition] });
}

const UNITS = { h: "hours", d: "days", w: "weeks" } as const;

function lowerDate({ attribute, property: { value }, place }: Filter, isBefore: boolean): Lowered {
  const [, count, unit] = /^-?(\d{1,4})([a-z])$/.exec(scalarText(value)) ?? [];
  if (count !== undefined) {
    const age = UNITS[unit as keyof typeof UNITS];
    if (age === undefined) throw new NotImportable(at(place, "value"), "months and years differ in length");
    return leaf(attribute, isBefore ? "gt" : "lt", [Number(count)], { read: { age }, missing: "unknown" });
  }
  const instant = typeof value === "number" ? value : parseInstant(scalarText(value));
  if (Number.isNaN(instant) || !/^\d+$|^\d{4}-\d\d-\d\d$|(?:Z|[-+]\d\d:\d\d)$/.test(scalarText(value)))
    throw new NotImportable(at(place, "value"), "the date is not in ISO 8601 with a time zone");
  return leaf(attribute, isBefore ? "before" : "after", [new Date(instant).toISOString()], { missing: "unknown" });
}
