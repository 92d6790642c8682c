import type { AttributePath, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { checkPattern } from "../../lowering/pattern.ts";
import { callerAttribute, hasValue } from "../../lowering/attribute.ts";
import { all, any, exists, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { entryOf, at, type Fields, fieldsOf, listOf, numberOf, textOf } from "../../lowering/source.ts";

const COMPARISONS: Record<string, { number: Operator; version: Operator }> = {
  GT: { number: "gt", version: "semver_gt" },
  GTE: { number: "gte", version: "semver_gte" },
  LT: { number: "lt", version: "semver_lt" },
  LTE: { number: "lte", version: "semver_lte" },
};

/** The surroundings of conditions. */
export interface ConditionScope {
  /** The systems share the form of the configuration. */
  system: "eppo" | "datadog";
  notes: Notes;
}

/** Returns the rules of an allocation. One of them must hold, if there are any. */
export function lowerRules(rules: readonly unknown[], place: string, scope: ConditionScope): Lowered {
  if (rules.length === 0) return true;
  return any(
    ...rules.map((rule, i) =>
      all(
        ...listOf(fieldsOf(rule)["conditions"]).map((condition, j) =>
          lowerCondition(fieldsOf(condition), at(place, i, "conditions", j), scope),
        ),
      ),
    ),
  );
}

function lowerCondition(condition: Fields, place: string, scope: ConditionScope): Lowered {
  checkValue(condition, place, scope);
  const name = textOf(condition["attribute"]) ?? "";
  const own = callerAttribute(name);
  const holds = lowerTest(own, condition, place);
  // The attribute `id` is the subject's key unless it is given.
  return name === "id"
    ? any(all(exists(own), holds), all(not(exists(own)), lowerTest("targetingKey", condition, place)))
    : holds;
}

/** Refuses a value of another type than the operator's. SDKs fail, or disable the flag. */
function checkValue({ operator, value }: Fields, place: string, { system, notes }: ConditionScope): void {
  const name = String(operator);
  if (entryOf(COMPARISONS, name) !== undefined) {
    const isText = textOf(value) !== undefined && (numberOf(value) ?? versionOf(value)) !== undefined;
    expect(typeof value === "number" || isText, "a number or a version");
    if (isText && system === "datadog")
      notes.note(at(place, "value"), "Datadog's SDK for JavaScript disables a flag that compares with a text");
  } else if (name.endsWith("MATCHES")) expect(textOf(value) !== undefined, "a text");
  else if (name.endsWith("ONE_OF"))
    expect(Array.isArray(value) && value.every((one) => typeof one === "string"), "a list of texts");
  else if (name === "IS_NULL") expect(typeof value === "boolean", "true or false");

  function expect(isRight: boolean, wanted: string): void {
    if (!isRight) throw new NotImportable(at(place, "value"), `${name} needs ${wanted}`);
  }
}

function versionOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && valueProblem("semver_eq", text) === undefined ? text : undefined;
}

function lowerTest(attribute: AttributePath, { operator, value }: Fields, place: string): Lowered {
  const isSet = hasValue(attribute);
  const comparison = entryOf(COMPARISONS, String(operator));
  if (comparison !== undefined) return compare(attribute, comparison, value);
  switch (operator) {
    case "MATCHES":
      return lowerPattern(attribute, String(value), place);
    case "NOT_MATCHES":
      return all(isSet, not(lowerPattern(attribute, String(value), place)));
    case "ONE_OF":
      return leaf(attribute, "in", listOf(value).map(String), { read: "text" });
    case "NOT_ONE_OF":
      return all(isSet, not(leaf(attribute, "in", listOf(value).map(String), { read: "text" })));
    case "IS_NULL":
      return value === true ? not(isSet) : isSet;
    default:
      throw new NotImportable(at(place, "operator"), `the operator ${String(operator)} is not known`);
  }
}

/** Two versions compare as such; everything else compares as numbers. */
function compare(
  attribute: AttributePath,
  { number, version }: { number: Operator; version: Operator },
  value: unknown,
): Lowered {
  const text = versionOf(value);
  if (text !== undefined) return leaf(attribute, version, [text]);
  const bound = numberOf(value);
  return bound === undefined ? false : leaf(attribute, number, [bound], { read: "number" });
}

function lowerPattern(attribute: AttributePath, pattern: string, place: string): Lowered {
  // Every text contains the empty one.
  if (pattern === "") return leaf(attribute, "gte", [""], { read: "text" });
  checkPattern(pattern, at(place, "value"));
  return leaf(attribute, "matches", [pattern], { read: "text" });
}
