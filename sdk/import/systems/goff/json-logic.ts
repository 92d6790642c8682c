import type { JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { isFields } from "../../lowering/source.ts";
import { type Subject, subjectOf } from "./attributes.ts";

const ORDERS: Record<string, Operator> = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" };
const MIRRORED: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Returns the condition of a query in JsonLogic, of which comparisons of one attribute with values are imported. */
export function lowerJsonLogic(logic: unknown, place: string, notes: Notes): Lowered {
  if (typeof logic === "boolean") return logic;
  const { operator, args } = operationOf(logic, place);
  const inner = (one: unknown): Lowered => lowerJsonLogic(one, place, notes);
  switch (operator) {
    case "and":
    case "or": {
      if (args.length === 0) throw new NotImportable(place, `"${operator}" has no arguments`);
      return operator === "and" ? all(...args.map(inner)) : any(...args.map(inner));
    }
    case "!":
      return not(inner(args[0]));
    case "!!":
      return inner(args[0]);
    case "in":
      return lowerIn(args, place, notes);
    case "==":
    case "===":
      return lowerEquals(operator, args, place, notes);
    case "!=":
    case "!==":
      return not(lowerEquals(operator === "!=" ? "==" : "===", args, place, notes));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return lowerOrder(operator, args, place, notes);
    default:
      throw new NotImportable(place, `the operator "${operator}" of JsonLogic cannot be imported`);
  }
}

function operationOf(logic: unknown, place: string): { operator: string; args: readonly unknown[] } {
  const entries = isFields(logic) ? Object.entries(logic) : [];
  const [first] = entries;
  if (first === undefined || entries.length > 1)
    throw new NotImportable(place, "a condition of JsonLogic is not one operator and its arguments");
  const [operator, args] = first;
  return { operator, args: Array.isArray(args) ? (args as unknown[]) : [args] };
}

function subjectIn(expression: unknown, place: string): Subject | undefined {
  if (!isFields(expression)) return undefined;
  const { operator, args } = operationOf(expression, place);
  const [path] = args;
  const isPlain = operator === "var" && args.length === 1 && typeof path === "string";
  const steps = isPlain ? path.split(".") : [];
  if (steps.length === 0 || steps.some((step) => step === "" || /^\d+$/.test(step)))
    throw new NotImportable(place, `${JSON.stringify(expression)} is not an attribute`);
  return subjectOf(steps, place);
}

/** An attribute and the value that it is compared with. */
interface Compared {
  subject: Subject;
  value: JsonScalar;
  isMirrored: boolean;
}

function comparedIn(args: readonly unknown[], place: string): Compared {
  const [left, right] = args.map((one) => subjectIn(one, place));
  const isMirrored = left === undefined;
  const subject = left ?? right;
  const value = args[isMirrored ? 0 : 1];
  const isScalar = typeof value !== "object" || value === null;
  if (args.length !== 2 || subject === undefined || (left && right) || !isScalar || value === undefined)
    throw new NotImportable(place, "it must compare one attribute with one value");
  return { subject, value: value as JsonScalar, isMirrored };
}

const CONVERTED = "an attribute of another type than the value is not equal to it here; JsonLogic may convert it";

function lowerEquals(operator: string, args: readonly unknown[], place: string, notes: Notes): Lowered {
  const { subject, value } = comparedIn(args, place);
  const { attribute, isKey, isAnonymous } = subject;
  if (value === null) return !isKey && !isAnonymous && isNullish(attribute);
  const isConverted = operator === "==" && (typeof value !== "string" || !Number.isNaN(Number(value)));
  if (isConverted && !isAnonymous) notes.note(place, CONVERTED);
  if (isAnonymous && value === false) return not(leaf(attribute, "equals", [true]));
  return leaf(attribute, "equals", [value], { ...(isKey && value === "" && { missing: true }) });
}

function lowerIn(args: readonly unknown[], place: string, notes: Notes): Lowered {
  const [wanted, among] = args;
  if (Array.isArray(among)) {
    const subject = subjectIn(wanted, place);
    const values = among as unknown[];
    if (subject === undefined || !values.every((one) => typeof one === "string"))
      throw new NotImportable(place, '"in" needs an attribute and a list of texts, or a text and an attribute');
    notes.note(place, "a number is never in a list of texts here; JsonLogic may convert it");
    return leaf(subject.attribute, "in", [...new Set(values)], {
      ...(subject.isKey && values.includes("") && { missing: true }),
    });
  }
  const subject = subjectIn(among, place);
  if (subject === undefined || typeof wanted !== "string" || wanted === "")
    throw new NotImportable(place, '"in" needs an attribute and a list of texts, or a text and an attribute');
  const contains = leaf(subject.attribute, "contains", [wanted]);
  return subject.isKey ? contains : any(contains, leaf(subject.attribute, "array_contains_any", [wanted]));
}

/** A missing attribute is 0 beside a number. */
function lowerOrder(operator: string, args: readonly unknown[], place: string, notes: Notes): Lowered {
  const { subject, value, isMirrored } = comparedIn(args, place);
  const { attribute, isKey, isAnonymous } = subject;
  const order = ORDERS[isMirrored ? (MIRRORED[operator] ?? "") : operator];
  if (typeof value !== "number" || order === undefined || isKey || isAnonymous)
    throw new NotImportable(place, `"${operator}" must compare an attribute with a number`);
  notes.note(
    place,
    "an attribute that is neither a number nor text with a number matches nothing here; JsonLogic converts it",
  );
  const ofZero = { lt: 0 < value, lte: 0 <= value, gt: 0 > value, gte: 0 >= value }[order as "lt"];
  return any(leaf(attribute, order, [value], { read: "number" }), ofZero && isNullish(attribute));
}
