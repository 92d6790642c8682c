import type { JsonScalar } from "../../../../src/flags/document.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, exists, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at } from "../../lowering/source.ts";
import { branch, compare, compares, type Loose, LOOSE, MIRRORED, opposite, strictlyEquals, sure } from "./compare.ts";
import { fractionalTest } from "./fractional.ts";
import { guardOf } from "./guards.ts";
import {
  argumentsOf,
  evaluatorOf,
  isKnown,
  isOfType,
  isTruthy,
  operandOf,
  operationOf,
  pathOf,
  type Scope,
  type Test,
} from "./scope.ts";
import { comparesVersions } from "./versions.ts";

/** Returns whether the result of an expression counts as true. */
export function lowerTest(expression: unknown, place: string, scope: Scope): Test {
  const operation = operationOf(expression);
  if (operation === undefined) return sure(isTruthy(expression));
  const { operator, args } = operation;
  const list = argumentsOf(args);
  const inside = at(place, operator);
  const part = (i: number): Test => lowerTest(list[i], Array.isArray(args) ? at(inside, i) : inside, scope);
  const guard = GUARD_OPERATORS.has(operator) ? guardTest(expression, place, scope) : undefined;
  if (guard !== undefined) return guard;
  switch (operator) {
    case "$ref":
      return lowerReference(String(args), place, scope);
    case "var":
      return truthOf(expression, place, scope);
    case "!":
      return opposite(part(0));
    case "!!":
      return { ...part(0), nulls: false };
    case "and":
      return guarded(list, inside, scope) ?? conjunction(list.map((_, i) => part(i)));
    case "or":
      return opposite(conjunction(list.map((_, i) => opposite(part(i)))));
    case "if":
      return choice(
        list.map((_, i) => part(i)),
        0,
      );
    case "in":
      return isIn(list, inside, scope);
    case "missing":
      return isMissing(list, inside, scope);
    case "starts_with":
    case "ends_with":
      return affix(operator, list, inside, scope);
    case "sem_ver":
      return comparesVersions(list, inside, scope);
    case "fractional":
      return fractionalTest(list, inside, scope, lowerTest);
    default:
      return comparison(operator, list, inside, scope);
  }
}

/** Returns the test of a type that `burgee export` writes. */
function guardTest(expression: unknown, place: string, scope: Scope): Test | undefined {
  const found = guardOf(expression);
  if (found === undefined) return undefined;
  const operand = operandOf(found.attribute, place, scope);
  if ("literal" in operand) return undefined;
  const attribute = pathOf(operand.attribute);
  if (found.guard === "version") return sure(leaf(attribute, "semver_gte", ["0.0.0-0"]));
  if (found.guard === "single") return sure(not(isOfType(attribute, TYPES.list)));
  return sure(isOfType(attribute, TYPES[found.guard]));
}

/** The outermost operators of the tests of types that have no other meaning here. */
const GUARD_OPERATORS: ReadonlySet<string> = new Set(["and", "!", "in"]);
const TYPES = { text: "string", number: "number", list: "array" };

/** Returns a test of a type and one that follows it, in which comparing that attribute cannot fail. */
function guarded(list: readonly unknown[], place: string, scope: Scope): Test | undefined {
  const found = list.length === 2 ? guardOf(list[0]) : undefined;
  const guard = found && guardTest(list[0], place, scope);
  if (found === undefined || guard === undefined) return undefined;
  const [path] = argumentsOf(operationOf(found.attribute)?.args);
  const known = { attribute: String(path), guard: found.guard };
  return conjunction([guard, lowerTest(list[1], at(place, 1), { ...scope, known })]);
}

/** The result is the list of those names that are missing. */
function isMissing(list: readonly unknown[], place: string, scope: Scope): Test {
  const [name] = list;
  if (list.length !== 1 || typeof name !== "string")
    throw new NotImportable(place, '"missing" must have one name of an attribute');
  const operand = operandOf({ var: name }, place, scope);
  if ("literal" in operand) throw new NotImportable(place, '"missing" must have one name of an attribute');
  if (!scope.isJavaScript) scope.notes.note(place, "an attribute that is null is not missing, as in JavaScript");
  return sure(not(exists(pathOf(operand.attribute))));
}

/** Every operand that is reached can fail. */
function conjunction(parts: readonly Test[]): Test {
  let holds: Lowered = parts.length > 0;
  let fails: Lowered = false;
  for (const part of parts) {
    fails = any(fails, all(holds, part.fails));
    holds = all(holds, part.holds);
  }
  return { holds, fails, nulls: false };
}

function choice(parts: readonly Test[], from: number): Test {
  const [condition, then, otherwise] = [parts[from], parts[from + 1], parts[from + 2]];
  if (condition === undefined) return sure(false);
  if (then === undefined) return { ...condition, nulls: false };
  const rest = otherwise === undefined ? sure(false) : choice(parts, from + 2);
  return branch(condition, then, rest);
}

function lowerReference(name: string, place: string, scope: Scope): Test {
  const evaluator = evaluatorOf(name, place, scope);
  const test = lowerTest(evaluator, at("/$evaluators", name), { ...scope, open: [...scope.open, name] });
  const segment = scope.segment(name);
  return segment === undefined ? test : { ...test, holds: segment };
}

function truthOf(expression: unknown, place: string, scope: Scope): Test {
  const operand = operandOf(expression, place, scope);
  if ("literal" in operand) return sure(isTruthy(operand.literal));
  const attribute = pathOf(operand.attribute);
  const empty = any(isNullish(attribute), leaf(attribute, "in", [false, 0, ""]));
  const emptyStructure = attribute !== "targetingKey" && leaf(attribute, "in", ["[]", "{}"], { read: "json" });
  return sure(not(any(empty, emptyStructure)));
}

function isIn(list: readonly unknown[], place: string, scope: Scope): Test {
  const [wanted, among] = list;
  if (Array.isArray(among)) {
    const operand = operandOf(wanted, at(place, 0), scope);
    const values = among.map((value, i) => scalarOf(value, at(place, 1, i)));
    if ("literal" in operand) return sure(values.includes(operand.literal as JsonScalar));
    const attribute = pathOf(operand.attribute);
    const others = values.filter((value) => value !== null);
    return sure(any(leaf(attribute, "in", others), values.includes(null) && isNullish(attribute)));
  }
  const text = operandOf(wanted, at(place, 0), scope);
  const container = operandOf(among, at(place, 1), scope);
  if ("attribute" in text || "literal" in container || text.literal === "")
    throw new NotImportable(place, '"in" needs a list of values, or a value that is not empty and an attribute');
  const attribute = pathOf(container.attribute);
  const value = scalarOf(text.literal, at(place, 0));
  if (typeof value === "string" && isKnown("text", container.attribute, scope))
    return sure(leaf(attribute, "contains", [value]));
  if (isKnown("list", container.attribute, scope)) return sure(leaf(attribute, "array_contains_any", [value]));
  const holds = any(
    leaf(attribute, "contains", [String(value)]),
    attribute !== "targetingKey" && leaf(attribute, "array_contains_any", [value]),
  );
  // Other values have no elements, and falsy ones count as an empty list.
  const fails = any(
    all(isOfType(attribute, "number"), not(leaf(attribute, "equals", [0]))),
    isOfType(attribute, "object"),
    attribute !== "targetingKey" && leaf(attribute, "equals", [true]),
  );
  return { holds, fails, nulls: false };
}

function affix(operator: "starts_with" | "ends_with", list: readonly unknown[], place: string, scope: Scope): Test {
  const never: Test = { holds: false, fails: false, nulls: true };
  if (list.length !== 2) return never;
  const subject = operandOf(list[0], at(place, 0), scope);
  const wanted = operandOf(list[1], at(place, 1), scope);
  if ("attribute" in wanted) throw new NotImportable(at(place, 1), "it must be a text, not an attribute");
  if (typeof wanted.literal !== "string") return never;
  if ("literal" in subject) throw new NotImportable(at(place, 0), "it must be an attribute");
  const attribute = pathOf(subject.attribute);
  const texts = isOfType(attribute, "string");
  const holds = wanted.literal === "" ? texts : leaf(attribute, operator, [wanted.literal]);
  return { holds, fails: false, nulls: not(texts) };
}

function comparison(operator: string, list: readonly unknown[], place: string, scope: Scope): Test {
  if (!["==", "!=", "===", "!==", "<", "<=", ">", ">="].includes(operator))
    throw new NotImportable(place, `the operator "${operator}" cannot be imported`);
  if (list.length !== 2) throw new NotImportable(place, `"${operator}" must have two arguments`);
  const operands = list.map((one, i) => operandOf(one, at(place, i), scope));
  const isRight = "literal" in (operands[0] ?? {});
  const [subject, other] = isRight ? operands.toReversed() : operands;
  if (subject === undefined || other === undefined || "attribute" in other)
    throw new NotImportable(place, `"${operator}" must compare an attribute with a value`);
  const value = scalarOf(other.literal, place);
  if ("literal" in subject) {
    const literal = scalarOf(subject.literal, place);
    if (typeof literal !== typeof value) throw new NotImportable(place, "it compares values of different types");
    const isEqual = literal === value;
    if (operator.length > 1 && "!=".includes(operator[0] ?? "")) return sure(operator[0] === "=" ? isEqual : !isEqual);
    return sure(compare(MIRRORED[operator] ?? operator, literal, value));
  }
  const attribute = pathOf(subject.attribute);
  if (operator === "===") return strictlyEquals(attribute, value);
  if (operator === "!==") return opposite(strictlyEquals(attribute, value));
  const isOrder = operator !== "==" && operator !== "!=";
  if (isOrder && value === null) throw new NotImportable(place, `"${operator}" cannot be compared with null`);
  const direction = ((isRight && MIRRORED[operator]) || operator) as Loose;
  const guard = typeof value === "string" ? "text" : typeof value === "number" ? "number" : undefined;
  if (isOrder && guard !== undefined && isKnown(guard, subject.attribute, scope))
    return sure(leaf(attribute, LOOSE[direction], [value]));
  if (typeof value !== "string" && value !== null && attribute !== "targetingKey")
    scope.notes.note(
      place,
      "text that is a number in hexadecimal, octal or binary, or only white space, is no number here",
    );
  if (!scope.isJavaScript)
    scope.notes.note(place, "an attribute of another type than the value is compared as flagd's JavaScript SDK does");
  if (operator === "!=") return opposite(compares(attribute, "==", value, isRight));
  return compares(attribute, direction, value, isRight);
}

function scalarOf(value: unknown, place: string): JsonScalar {
  if (typeof value === "object" && value !== null)
    throw new NotImportable(place, "a list, object or operation is no value here");
  return value as JsonScalar;
}
