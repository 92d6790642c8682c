import type { AttributePath } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { leaf, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { type Fields, isFields } from "../../lowering/source.ts";
import type { Guard } from "./guards.ts";

/** The surroundings of one flag's targeting. */
export interface Scope {
  flagKey: string;
  evaluators: Fields;
  /** The evaluators that are being lowered. */
  open: readonly string[];
  /** The version of `fractional`. */
  version: 1 | 2 | 3;
  isJavaScript: boolean;
  notes: Notes;
  /** Returns the segment of an evaluator that does not depend on the flag. */
  segment: (evaluator: string) => Lowered | undefined;
  /** An attribute whose type has been tested before, as the steps of its path. */
  known?: { attribute: string; guard: Guard };
}

/** Returns whether a test has made sure of an attribute's type, so that comparing it cannot fail. */
export function isKnown(guard: Guard, steps: readonly string[], { known }: Scope): boolean {
  return known?.guard === guard && known.attribute === steps.join(".");
}

/** A condition of flagd. An evaluation stops with an error if it `fails`, and `holds` then has no meaning. */
export interface Test {
  holds: Lowered;
  fails: Lowered;
  /** When the result is `null` rather than `false`. */
  nulls: Lowered;
}

/** Thrown for targeting that flagd itself cannot read: its result is the error PARSE_ERROR. */
export class Unparsable extends NotImportable {}

/** Returns an evaluator. flagd replaces references one evaluator after the other, in the order of the file. */
export function evaluatorOf(name: string, place: string, { evaluators, open }: Scope): unknown {
  if (!Object.hasOwn(evaluators, name)) throw new Unparsable(place, `there is no evaluator "${name}"`);
  const names = Object.keys(evaluators);
  const last = open.at(-1);
  if (last !== undefined && names.indexOf(name) <= names.indexOf(last))
    throw new NotImportable(place, `the evaluator "${last}" refers to "${name}", which does not come after it`);
  return evaluators[name];
}

/** Lowers the expression of a condition. */
export type LowerTest = (expression: unknown, place: string, scope: Scope) => Test;

export type Operand = { literal: unknown } | { attribute: string[] };

/** Returns the operator and the arguments of an expression, or `undefined` for a literal. */
export function operationOf(expression: unknown): { operator: string; args: unknown } | undefined {
  if (!isFields(expression)) return undefined;
  const [first] = Object.entries(expression);
  return first === undefined ? undefined : { operator: first[0], args: first[1] };
}

export function argumentsOf(args: unknown): readonly unknown[] {
  return Array.isArray(args) ? args : [args];
}

/** Returns a literal or an attribute. */
export function operandOf(expression: unknown, place: string, scope: Scope): Operand {
  const operation = operationOf(expression);
  if (operation === undefined) return { literal: expression };
  if (operation.operator !== "var")
    throw new NotImportable(place, `the result of "${operation.operator}" cannot be an operand here`);
  const [path, fallback] = argumentsOf(operation.args);
  if (fallback !== undefined && fallback !== null)
    throw new NotImportable(place, "an attribute with a default cannot be imported");
  if (path === "$flagd.flagKey") return { literal: scope.flagKey };
  if (typeof path !== "string" || path === "" || path.startsWith("$flagd"))
    throw new NotImportable(place, `the attribute ${JSON.stringify(path)} cannot be imported`);
  return { attribute: stepsOf(path, place) };
}

function stepsOf(path: string, place: string): string[] {
  const steps = path.split(".");
  const isPlain = steps.every((step, i) => step !== "" && (i === 0 || (!/^\d+$/.test(step) && step !== "length")));
  if (!isPlain || /[\\/]/.test(path) || steps[0] === "request")
    throw new NotImportable(place, `the attribute ${JSON.stringify(path)} cannot be imported`);
  return steps;
}

/** One step is a name, as people write it. */
export function pathOf(steps: readonly string[]): AttributePath {
  const [name = ""] = steps;
  return steps.length > 1 ? [...steps] : callerAttribute(name);
}

export function isOfType(attribute: AttributePath, ...types: string[]): Lowered {
  // A targeting key is text.
  const possible = attribute === "targetingKey" ? types.filter((type) => type === "string") : types;
  return leaf(attribute, "in", possible, { read: "type" });
}

export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
