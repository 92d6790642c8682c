import type { AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { all, any, exists, isOneOf, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkPattern, isExpression } from "../../lowering/pattern.ts";
import { at, type Placed, textOf } from "../../lowering/source.ts";
import { attributeOf } from "./context.ts";
import { lowerVersion } from "./versions.ts";

/** The major version of the SDK that evaluates the features. */
export type SdkVersion = 2 | 3;

export interface ConditionScope {
  notes: Notes;
  /** Returns the version of the SDK, for a place in the source where the versions differ. */
  sdkVersion: (place: string) => SdkVersion;
}

const ORDERS: Record<string, Operator> = {
  greaterThan: "gt",
  greaterThanOrEquals: "gte",
  lessThan: "lt",
  lessThanOrEquals: "lte",
};

/** Returns a test of one attribute: `{ attribute, operator, value }`. */
export function lowerOperator({ fields, place }: Placed, scope: ConditionScope): Lowered {
  const { value } = fields;
  const attribute = attributeOf(fields["attribute"], at(place, "attribute"));
  const where = at(place, "value");
  const operator = textOf(fields["operator"]) ?? "";
  switch (operator) {
    case "equals":
      return equals(attribute, value);
    case "notEquals":
      return not(equals(attribute, value));
    case "exists":
    case "notExists":
      if (value !== undefined && value !== null) throw new NotImportable(where, `${operator} takes no value`);
      return operator === "exists" ? exists(attribute) : not(exists(attribute));
    case "in":
    case "notIn":
      return listTest(operator, attribute, value);
    case "before":
    case "after":
      return instantTest(operator, attribute, value, where, scope.notes);
    case "includes":
    case "notIncludes":
      return elementTest(operator, attribute, value, where, scope);
    case "greaterThan":
    case "greaterThanOrEquals":
    case "lessThan":
    case "lessThanOrEquals":
      return typeof value === "number" && leaf(attribute, ORDERS[operator] as Operator, [value]);
    default:
      return textTest(operator, attribute, { fields, place }, scope);
  }
}

/** A list or an object is equal to no other one. */
function equals(attribute: AttributePath, value: unknown): Lowered {
  if (value === undefined) return not(exists(attribute));
  return isScalar(value) && leaf(attribute, "equals", [value]);
}

function isScalar(value: unknown): value is JsonScalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Only text, numbers and `null` are in a list, or not in it. */
function listTest(operator: string, attribute: AttributePath, value: unknown): Lowered {
  if (!Array.isArray(value)) return false;
  const values = value.filter((one) => isScalar(one) && typeof one !== "boolean");
  const found = isOneOf(attribute, values as JsonScalar[]);
  if (operator === "in") return found;
  return all(leaf(attribute, "in", ["string", "number", "null"], { read: "type" }), not(found));
}

/** JavaScript reads `null` and `false` as the start of 1970, and `true` as one millisecond later. */
function instantTest(
  operator: "before" | "after",
  attribute: AttributePath,
  value: unknown,
  place: string,
  notes: Notes,
): Lowered {
  const bound = boundOf(value, place, notes);
  if (bound === undefined) return false;
  const holds = (ms: number): boolean => (operator === "before" ? ms < bound : ms > bound);
  const special: JsonScalar[] = [...(holds(0) ? [null, false] : []), ...(holds(1) ? [true] : [])];
  notes.note(place, "send the date as ISO 8601 with an offset, or as milliseconds; other forms match nothing here");
  return any(leaf(attribute, operator, [new Date(bound).toISOString()]), leaf(attribute, "in", special));
}

function boundOf(value: unknown, place: string, notes: Notes): number | undefined {
  if (!isScalar(value)) return undefined;
  const ms = new Date(value as string).getTime();
  if (Number.isNaN(ms)) return undefined;
  if (typeof value !== "string") return ms;
  if (valueProblem("before", value) !== undefined) throw new NotImportable(place, `"${value}" is not in ISO 8601`);
  if (!value.includes("T") || /(?:Z|[-+]\d\d:\d\d)$/.test(value)) return ms;
  notes.approximate(place, `"${value}" has no offset: it is local time in Featurevisor, and UTC here`);
  return Date.parse(`${value}Z`);
}

function elementTest(
  operator: string,
  attribute: AttributePath,
  value: unknown,
  place: string,
  { sdkVersion }: ConditionScope,
): Lowered {
  if (!isScalar(value) || (typeof value !== "string" && sdkVersion(place) === 2)) return false;
  const found = leaf(attribute, "array_contains_any", [value]);
  return operator === "includes" ? found : all(leaf(attribute, "equals", ["array"], { read: "type" }), not(found));
}

const TEXT_OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["contains", "contains"],
  ["notContains", "contains"],
  ["startsWith", "starts_with"],
  ["endsWith", "ends_with"],
]);

function textTest(
  operator: string,
  attribute: AttributePath,
  { fields, place }: Placed,
  { notes }: ConditionScope,
): Lowered {
  const { value } = fields;
  const isMatch = operator === "matches" || operator === "notMatches";
  const textOperator = TEXT_OPERATORS.get(operator);
  const isVersion = /^semver(?:(?:Not)?Equals|(?:Greater|Less)Than(?:OrEquals)?)$/.test(operator);
  if (!isMatch && textOperator === undefined && !isVersion)
    throw new NotImportable(at(place, "operator"), `the operator "${operator}" is not known`);
  if (typeof value !== "string") return false;
  if (isVersion) {
    const test = lowerVersion(operator, attribute, value, at(place, "value"));
    if (test !== false)
      notes.note(place, "versions in other forms than 1.2, v1.2.3.4 or 1.2.3-rc.1 match nothing here");
    return test;
  }
  const isText = leaf(attribute, "equals", ["string"], { read: "type" });
  // Every text contains the empty one.
  if (value === "") return operator.startsWith("not") ? false : isText;
  const found =
    textOperator === undefined
      ? patternTest(attribute, value, { fields, place }, notes)
      : leaf(attribute, textOperator, [value]);
  if (found === undefined) return false;
  return operator.startsWith("not") ? all(isText, not(found)) : found;
}

/** Returns `undefined` for a pattern that JavaScript refuses: it neither matches nor does not match. */
function patternTest(
  attribute: AttributePath,
  pattern: string,
  { fields, place }: Placed,
  notes: Notes,
): Lowered | undefined {
  const flags = textOf(fields["regexFlags"]) ?? "";
  if (!isExpression(pattern, flags)) return undefined;
  if (/[gyuv]/.test(flags))
    throw new NotImportable(at(place, "regexFlags"), `RE2 does not have the pattern flags "${flags}"`);
  const inline = flags.replaceAll(/[^ms]/g, "");
  const whole = inline === "" ? pattern : `(?${inline})${pattern}`;
  checkPattern(whole, at(place, "value"));
  const ignoresCase = flags.includes("i");
  if (ignoresCase || /\\s|\\S/.test(pattern))
    notes.note(at(place, "value"), "letters and white space outside ASCII may match the pattern differently here");
  return leaf(attribute, "matches", [whole], ignoresCase ? { caseInsensitive: true } : {});
}
