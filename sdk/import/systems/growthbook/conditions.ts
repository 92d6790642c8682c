import type { AttributePath, JsonScalar, JsonValue, Operator } from "../../../../src/flags/document.ts";
import { all, any, exists, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { entryOf, at, isFields, listOf } from "../../lowering/source.ts";
import { TYPE_NAMES } from "../../../../src/flags/value-kinds.ts";
import { compares, comparesVersions, isIn, matches, strictlyEquals } from "./operators.ts";
import { both, isList, isNull, opposite, type Subject, test, withoutNull } from "./subject.ts";

/** The lists of a project that conditions refer to. */
export type SavedGroups = Readonly<Record<string, unknown>>;

/** JavaScript makes a text of a list or an object before it compares it. */
const LIST_NOTE =
  'GrowthBook reads a list as its elements joined by commas, and an object as "[object Object]"; here, neither is text or a number';

interface Scope {
  groups: SavedGroups;
  notes: Notes;
  place: string;
}

/** Returns a condition of GrowthBook on the caller's attributes. */
export function lowerCondition(condition: unknown, groups: SavedGroups, place: string, notes: Notes): Lowered {
  if (!isFields(condition)) throw new NotImportable(place, "the condition is not an object");
  const scope = (step: string): Scope => ({ groups, notes, place: at(place, step) });
  const each = (list: unknown, name: string): Lowered[] =>
    conditionsIn(list, at(place, name)).map((one, i) => lowerCondition(one, groups, at(place, name, i), notes));
  return all(
    ...Object.entries(condition).map(([name, value]) => {
      switch (name) {
        case "$and":
          return all(...each(value, name));
        case "$or":
          return anyOf(each(value, name));
        case "$nor":
          return not(anyOf(each(value, name)));
        case "$not":
          return not(lowerCondition(value, groups, at(place, name), notes));
        default:
          return lowerAttribute(name, value, scope(name));
      }
    }),
  );
}

/** Without conditions, `$or` is true in GrowthBook. */
function anyOf(conditions: readonly Lowered[]): Lowered {
  return conditions.length === 0 || any(...conditions);
}

function conditionsIn(list: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(list)) throw new NotImportable(place, "it is not a list of conditions");
  return list;
}

function lowerAttribute(name: string, value: unknown, scope: Scope): Lowered {
  const attribute = pathOf(name);
  if (Array.isArray(attribute) && attribute.slice(1).some(isStepIntoList))
    scope.notes.approximate(
      scope.place,
      "GrowthBook also steps into lists; here, steps are the names of an object's parts",
    );
  const holds = lowerValue({ attribute, part: "value" }, value, scope);
  if (name !== "id") return holds;
  // OpenFeature's users have a targetingKey in place of an id.
  const keyed = lowerValue({ attribute: "targetingKey", part: "value" }, value, scope);
  return any(all(exists(attribute), holds), all(not(exists(attribute)), keyed));
}

/** Dots step into objects. */
export function pathOf(name: string): AttributePath {
  const steps = name.split(".");
  return steps.length > 1 ? steps : name;
}

function isStepIntoList(step: string): boolean {
  return step === "length" || /^\d+$/.test(step);
}

function lowerValue(subject: Subject, value: unknown, scope: Scope): Lowered {
  if (isOperators(value)) {
    const tests = Object.entries(value).map(([operator, operand]) =>
      lowerOperator(subject, operator, operand, { ...scope, place: at(scope.place, operator) }),
    );
    return both(subject, tests) ?? refuseElement(scope);
  }
  if (subject.part === "value" && (typeof value === "string" || typeof value === "number"))
    scope.notes.note(scope.place, LIST_NOTE);
  if (typeof value === "string") return equalsText(subject, value, false);
  if (typeof value === "number") return equalsNumber(subject, value);
  if (typeof value === "boolean") return isTruthy(subject, value, scope);
  if (value === null) return isNull(subject);
  return test(subject, "equals", [JSON.stringify(value)], { read: "json" });
}

function isOperators(value: unknown): value is Record<string, unknown> {
  return isFields(value) && Object.keys(value).length > 0 && Object.keys(value).every((key) => key.startsWith("$"));
}

function equalsText(subject: Subject, text: string, fold: boolean): Lowered {
  const isEqual = test(subject, "equals", [text], { read: "text", ...(fold && { caseInsensitive: true }) });
  return any(isEqual, text === "null" && isNull(subject));
}

function equalsNumber(subject: Subject, number: number): Lowered {
  if (subject.part === "length") return test(subject, "equals", [number]);
  const same = test(subject, "equals", [number], { read: "number" });
  if (number === 0) return any(same, isNull(subject), test(subject, "in", [false, ""]));
  return number === 1 ? any(same, test(subject, "equals", [true])) : same;
}

function isTruthy(subject: Subject, wanted: boolean, scope: Scope): Lowered {
  const falsy: JsonScalar[] = [0, "", false];
  if (!wanted) return test(subject, "in", falsy);
  const isFalsy = any(isNull(subject), test(subject, "in", falsy));
  return opposite(subject, isFalsy) ?? refuseElement(scope);
}

const COMPARISONS: Record<string, "lt" | "lte" | "gt" | "gte"> = { $lt: "lt", $lte: "lte", $gt: "gt", $gte: "gte" };
const VERSIONS: Record<string, Operator> = {
  $veq: "semver_eq",
  $vlt: "semver_lt",
  $vlte: "semver_lte",
  $vgt: "semver_gt",
  $vgte: "semver_gte",
};
/** The operators that are the opposite of another. Without a list as operand, `$nin` and `$nini` are false too. */
const OPPOSITES: Record<string, string> = {
  $ne: "$eq",
  $vne: "$veq",
  $nin: "$in",
  $nini: "$ini",
  $notInGroup: "$inGroup",
};

/** The operators that read a text, which the length of a list is not. */
const TEXT_OPERATORS = new Set(["$regex", "$regexi", "$ini", ...Object.keys(VERSIONS)]);

function lowerOperator(subject: Subject, operator: string, operand: unknown, scope: Scope): Lowered {
  if (subject.part === "length" && TEXT_OPERATORS.has(operator))
    throw new NotImportable(scope.place, `${operator} reads a text, and the size of a list is a number`);
  const positive = entryOf(OPPOSITES, operator);
  if (positive !== undefined) {
    if (positive.startsWith("$in") && positive !== "$inGroup" && !Array.isArray(operand)) return false;
    return opposite(subject, lowerOperator(subject, positive, operand, scope)) ?? refuseElement(scope);
  }
  const comparison = entryOf(COMPARISONS, operator);
  if (comparison !== undefined) {
    if (subject.part === "value") scope.notes.note(scope.place, LIST_NOTE);
    return compares(subject, comparison, operand, scope.place);
  }
  const version = entryOf(VERSIONS, operator);
  if (version !== undefined) return comparesVersions(subject, version, operand, scope.place);
  switch (operator) {
    case "$eq":
      return strictlyEquals(subject, operand);
    case "$in":
    case "$ini":
      return isIn(subject, listOf(operand), operator === "$ini");
    case "$inGroup":
      return isIn(subject, groupOf(String(operand), scope), false);
    case "$exists":
      return isTruthyOperand(operand) ? (opposite(subject, isNull(subject)) ?? refuseElement(scope)) : isNull(subject);
    case "$not":
      return opposite(subject, lowerValue(subject, operand, scope)) ?? refuseElement(scope);
    case "$regex":
    case "$regexi":
      if (subject.part === "value") scope.notes.note(scope.place, LIST_NOTE);
      return matches(subject, operand, operator === "$regexi", scope.place);
    case "$type":
      return hasType(subject, operand);
    default:
      return lowerListOperator(subject, operator, operand, scope);
  }
}

function groupOf(name: string, { groups, notes, place }: Scope): readonly unknown[] {
  const group = entryOf(groups, name);
  if (group === undefined) notes.note(place, `there is no saved group "${name}", so nobody is in it`);
  else if (!Array.isArray(group)) throw new NotImportable(place, `the saved group "${name}" is not a list`);
  return listOf(group);
}

function isTruthyOperand(operand: unknown): boolean {
  return Boolean(operand);
}

function hasType(subject: Subject, type: unknown): Lowered {
  if (type === "null") return isNull(subject);
  const isKnown = (TYPE_NAMES as readonly unknown[]).includes(type);
  return isKnown ? test(subject, "equals", [type as string], { read: "type" }) : false;
}

function lowerListOperator(subject: Subject, operator: string, operand: unknown, scope: Scope): Lowered {
  if (subject.part !== "value") return refuseElement(scope);
  const { attribute } = subject;
  const element: Subject = { attribute, part: "element" };
  switch (operator) {
    case "$size":
      return all(isList(attribute), lowerValue({ attribute, part: "length" }, operand, scope));
    case "$elemMatch":
      if (!isOperators(operand)) return refuseElement(scope);
      return all(isList(attribute), withoutNull(lowerValue(element, operand, scope)) ?? refuseElement(scope));
    case "$all":
    case "$alli": {
      if (!Array.isArray(operand)) return false;
      const wanted = listOf(operand).map((one) =>
        operator === "$alli" && typeof one === "string"
          ? equalsText(element, one, true)
          : lowerValue(element, one as JsonValue, scope),
      );
      return all(isList(attribute), ...wanted);
    }
    default:
      // GrowthBook's SDKs reject an operator that they do not know.
      return false;
  }
}

function refuseElement({ place }: Scope): never {
  throw new NotImportable(
    place,
    "a condition can test the elements of a list for one thing only, which null does not pass",
  );
}
