import type { AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { toInstant, valueProblem } from "../../../../src/flags/operator-values.ts";
import { compileValueTest } from "../../../../src/evaluation/readers/value-test.ts";
import { FALSE, TRUE } from "../../../../src/evaluation/truth.ts";
import { hasValue } from "../../lowering/attribute.ts";
import { all, any, exists, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkPattern, isExpression } from "../../lowering/pattern.ts";
import { entryOf, at, listOf, type Placed, textOf } from "../../lowering/source.ts";
import { attributeOf, hasKind, stepsOf } from "./attributes.ts";
import { kindOf } from "./source.ts";
import { anyInOrder, MALFORMED, negated, verdict, type Verdict } from "./verdict.ts";

/** Returns the verdict of a segment of the source, to which a place refers. */
export type SegmentVerdict = (key: string, place: string) => Verdict;

/** The parts of a source to which clauses refer. */
export interface ClauseScope {
  segmentVerdict: SegmentVerdict;
  /** The kinds of contexts that the source names. */
  kinds: ReadonlySet<string>;
  notes: Notes;
}

/** Returns when a clause holds. */
export function lowerClause({ fields, place }: Placed, { segmentVerdict, kinds, notes }: ClauseScope): Verdict {
  const { attribute, op, contextKind, negate } = fields;
  const values = listOf(fields["values"]);
  const operator = textOf(op) ?? "";
  if (operator === "segmentMatch") {
    const found = anyInOrder(values.map((key, i) => segmentVerdict(String(key), at(place, "values", i))));
    return negate === true ? negated(found) : found;
  }
  const reference = textOf(attribute) ?? "";
  // Without a kind, the attribute is a plain name, as in flags that are older than kinds.
  const steps = contextKind === undefined ? (reference === "" ? undefined : [reference]) : stepsOf(reference);
  if (steps === undefined) return MALFORMED;
  checkSteps(steps, at(place, "attribute"));
  checkOperator(operator, values, place, notes);
  const kind = kindOf(contextKind);
  if (steps[0] === "kind" && steps.length === 1) return verdict(signed(kindTest(operator, values), negate));
  if (kind === "user" && steps[0] === "targetingKey")
    throw new NotImportable(at(place, "attribute"), "targetingKey is the user's key in OpenFeature");
  if (kind === "user" && kinds.has(steps[0] ?? ""))
    throw new NotImportable(
      at(place, "attribute"),
      `"${steps[0]}" is also a kind of contexts, whose attributes have this name here`,
    );
  const path = attributeOf(kind, steps);
  const holds = attributeTest(path, operator, values);
  if (steps[0] === "anonymous" && steps.length === 1) {
    // A context that does not say so is not anonymous.
    const isDefault = all(hasKind(kind), not(exists(path)), matches(operator, values, false));
    const passes = any(holds, isDefault);
    return verdict(negate === true ? all(hasKind(kind), not(passes)) : passes);
  }
  return verdict(negate === true ? all(hasValue(path), not(holds)) : holds);
}

/** Refuses the references that SDKs read differently. */
function checkSteps(steps: readonly string[], place: string): void {
  if (steps[0] === "_meta") throw new NotImportable(place, "_meta is not an attribute");
  if (steps.length > 1 && steps.at(-1) === "")
    throw new NotImportable(place, "SDKs differ in references that end with a slash");
}

/**
 * Notes an operator or a pattern that matches nothing.
 *
 * @throws NotImportable for a pattern that SDKs read differently
 */
function checkOperator(operator: string, values: readonly unknown[], place: string, notes: Notes): void {
  if (!OPERATORS.has(operator))
    notes.note(at(place, "op"), `"${operator}" is not an operator that SDKs know: it matches nothing`);
  if (operator !== "matches") return;
  values.forEach((value, i) => {
    if (typeof value !== "string") return;
    const where = at(place, "values", i);
    if (isExpression(value)) checkPattern(value, where);
    else if (valueProblem("matches", value) === undefined)
      notes.note(where, "SDKs in JavaScript cannot read this pattern; here it matches as in the SDKs for Go");
  });
}

function signed(condition: Lowered, negate: unknown): Lowered {
  return negate === true ? not(condition) : condition;
}

/** Returns a test of the kinds in the context: `kind` lists them, or there is only a user. */
function kindTest(operator: string, values: readonly unknown[]): Lowered {
  if (operator === "in") return any(...values.map((kind) => hasKind(String(kind))));
  return any(
    attributeTest("kind", operator, values),
    all(not(exists("kind")), hasKind("user"), matches(operator, values, "user")),
  );
}

/** Returns the result of an operator for a value that is known now. */
function matches(operator: string, values: readonly unknown[], value: JsonScalar): boolean {
  const test = attributeTest("value", operator, values);
  if (typeof test === "boolean") return test;
  const leaves = "any" in test ? test.any : [test];
  return leaves.some((one) => "attribute" in one && compileValueTest(one, FALSE)(value, 0) === TRUE);
}

const TEXT_OPERATORS: Record<string, Operator> = {
  startsWith: "starts_with",
  endsWith: "ends_with",
  contains: "contains",
};
const VERSION_OPERATORS: Record<string, Operator> = {
  semVerEqual: "semver_eq",
  semVerLessThan: "semver_lt",
  semVerGreaterThan: "semver_gt",
};

const OPERATORS: ReadonlySet<string> = new Set([
  ...Object.keys(TEXT_OPERATORS),
  ...Object.keys(VERSION_OPERATORS),
  "in",
  "matches",
  "before",
  "after",
  "lessThan",
  "lessThanOrEqual",
  "greaterThan",
  "greaterThanOrEqual",
]);

/** Returns whether an operator matches one of the values and the attribute, or an element of the attribute's list. */
function attributeTest(attribute: AttributePath, operator: string, values: readonly unknown[]): Lowered {
  const each = { each: true };
  const texts = values.filter((value) => typeof value === "string");
  const numbers = values.filter((value) => typeof value === "number");
  const textOperator = entryOf(TEXT_OPERATORS, operator);
  if (textOperator !== undefined) {
    // Every text contains the empty one.
    if (texts.includes("")) return leaf(attribute, "equals", ["string"], { ...each, read: "type" });
    return leaf(attribute, textOperator, texts, each);
  }
  const versionOperator = entryOf(VERSION_OPERATORS, operator);
  if (versionOperator !== undefined) {
    const read = "version-partial" as const;
    const versions = texts.filter((text) => valueProblem(versionOperator, text, read) === undefined);
    return leaf(attribute, versionOperator, versions, { ...each, read });
  }
  switch (operator) {
    case "in":
      return isIn(attribute, values.filter(isComparable));
    case "matches":
      return leaf(
        attribute,
        "matches",
        texts.filter((text) => valueProblem("matches", text) === undefined),
        each,
      );
    case "lessThan":
      return leaf(attribute, "lt", largest(numbers), each);
    case "lessThanOrEqual":
      return leaf(attribute, "lte", largest(numbers), each);
    case "greaterThan":
      return leaf(attribute, "gt", smallest(numbers), each);
    case "greaterThanOrEqual":
      return leaf(attribute, "gte", smallest(numbers), each);
    case "before":
    case "after":
      return instantTest(attribute, operator, values.filter(isInstant));
    default:
      return false;
  }
}

/** LaunchDarkly wants the seconds and the offset of an instant, which Burgee does not. */
const INSTANT = "^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[-+]\\d\\d:\\d\\d)$";

function instantTest(attribute: AttributePath, operator: "before" | "after", values: readonly JsonScalar[]): Lowered {
  return all(
    leaf(attribute, operator, values, { each: true }),
    any(
      leaf(attribute, "equals", ["number"], { each: true, read: "type" }),
      leaf(attribute, "matches", [INSTANT], { each: true }),
    ),
  );
}

function isInstant(value: unknown): value is JsonScalar {
  if (typeof value === "string" && !new RegExp(INSTANT).test(value)) return false;
  return !Number.isNaN(toInstant(value));
}

function isComparable(value: unknown): value is JsonScalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** `null` is an element like others, but an attribute that is `null` matches nothing. */
function isIn(attribute: AttributePath, values: readonly JsonScalar[]): Lowered {
  const found = leaf(attribute, "in", values, { each: true });
  return values.includes(null) ? all(not(leaf(attribute, "equals", [null])), found) : found;
}

function largest(numbers: readonly number[]): number[] {
  return numbers.length === 0 ? [] : [Math.max(...numbers)];
}

function smallest(numbers: readonly number[]): number[] {
  return numbers.length === 0 ? [] : [Math.min(...numbers)];
}
