import type { AttributePath, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { checkPattern } from "../../lowering/pattern.ts";
import { callerAttribute, hasValue } from "../../lowering/attribute.ts";
import { all, any, exists, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { entryOf, at, type Fields, fieldsOf, listOf, numberOf, textOf } from "../../lowering/source.ts";

const COMPARISONS: Record<string, { number: Operator; version: Operator }> = {
  GT: { number: "gt", version: "semver_gt" },
  GTE: { number: "gte", version: "semver_gte" },
  LT: { number: "lt", version: "semver_lt" },
  LTE: { number: "lte", version: "semver_lte" },
};

/** Returns the rules of an allocation. One of them must hold, if there are any. */
export function lowerRules(rules: readonly unknown[], place: string): Lowered {
  if (rules.length === 0) return true;
  return any(
    ...rules.map((rule, i) =>
      all(
        ...listOf(fieldsOf(rule)["conditions"]).map((condition, j) =>
          lowerCondition(fieldsOf(condition), at(place, i, "conditions", j)),
        ),
      ),
    ),
  );
}

function lowerCondition(condition: Fields, place: string): Lowered {
  const name = textOf(condition["attribute"]) ?? "";
  const own = callerAttribute(name);
  const holds = lowerTest(own, condition, place);
  // The attribute `id` is the subject's key unless it is given.
  return name === "id"
    ? any(all(exists(own), holds), all(not(exists(own)), lowerTest("targetingKey", condition, place)))
    : holds;
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
  const text = textOf(value);
  if (text !== undefined && valueProblem(version, text) === undefined) return leaf(attribute, version, [text]);
  const bound = numberOf(value);
  return bound === undefined ? false : leaf(attribute, number, [bound], { read: "number" });
}

function lowerPattern(attribute: AttributePath, pattern: string, place: string): Lowered {
  // Every text contains the empty one.
  if (pattern === "") return leaf(attribute, "gte", [""], { read: "text" });
  checkPattern(pattern, at(place, "value"));
  return leaf(attribute, "matches", [pattern], { read: "text" });
}
