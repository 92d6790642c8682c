import type { AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { isOfType, type Test } from "./scope.ts";

export const LOOSE = { "==": "equals", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" } as const;
export type Loose = keyof typeof LOOSE;

/** The operators with their sides exchanged. */
export const MIRRORED: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Returns `===` with a value. */
export function strictlyEquals(attribute: AttributePath, value: JsonScalar): Test {
  return sure(value === null ? isNullish(attribute) : leaf(attribute, "equals", [value]));
}

/** Returns a test that neither fails nor is `null`. */
export function sure(holds: Lowered): Test {
  return { holds, fails: false, nulls: false };
}

export function opposite({ holds, fails }: Test): Test {
  return { holds: not(holds), fails, nulls: false };
}

/** Returns a test that is `then` where a condition holds, and `otherwise` elsewhere. */
export function branch({ holds, fails }: Test, then: Test, otherwise: Test): Test {
  return {
    holds: any(all(holds, then.holds), all(not(holds), otherwise.holds)),
    fails: any(fails, all(holds, then.fails), all(not(holds), otherwise.fails)),
    nulls: false,
  };
}

/**
 * Returns a comparison as json-logic-engine makes it: two texts by code unit, and everything else as numbers. It fails
 * for a list or an object. With the attribute on the left, it also fails for text that is not a number beside a value
 * that is not text; with the attribute on the right (`isRight`), it is JavaScript's own comparison.
 */
export function compares(attribute: AttributePath, operator: Loose, value: JsonScalar, isRight: boolean): Test {
  const holdsFor = (subject: JsonScalar): boolean => compare(operator, subject, value, isRight);
  const structures = isOfType(attribute, "array", "object");
  const nulls = holdsFor(null) && isNullish(attribute);
  const among = (...subjects: JsonScalar[]): Lowered =>
    leaf(
      attribute,
      "in",
      subjects.filter((subject) => holdsFor(subject)),
    );
  if (value === null) return { holds: any(nulls, among(0, false)), fails: structures, nulls: false };
  const number = Number(value);
  const op: Operator = LOOSE[operator];
  if (typeof value === "string") {
    const texts = leaf(attribute, op, [value]);
    if (!Number.isNaN(number))
      return test(any(nulls, among(true, false), texts, leaf(attribute, op, [number])), structures);
    const scalars = isOfType(attribute, "array", "object", "number", "boolean");
    return test(any(nulls, texts), isRight ? structures : scalars);
  }
  const numbers = leaf(attribute, op, [number], { read: "number" });
  const holds = any(nulls, numbers, among(true, false, ""));
  const isNumber = any(
    leaf(attribute, "lte", [0], { read: "number" }),
    leaf(attribute, "gt", [0], { read: "number" }),
    leaf(attribute, "equals", [""]),
  );
  const words = all(isOfType(attribute, "string"), not(isNumber));
  return test(holds, isRight ? structures : any(structures, words));
}

function test(holds: Lowered, fails: Lowered): Test {
  return { holds, fails, nulls: false };
}

/** Compares two values that are known now. `isRight` says that `a` is on the right in the source. */
export function compare(operator: string, a: JsonScalar, b: JsonScalar, isRight = false): boolean {
  const isText = (value: JsonScalar): boolean => typeof value === "string" || value === null;
  const areTexts = isText(a) && isText(b);
  const [x, y] = areTexts ? [a, b] : [Number(a), Number(b)];
  switch (operator) {
    case "==":
      if (areTexts) return a === b;
      // The engine takes `null` for equal to 0 and false, but only on the left.
      if (a === null || b === null) return !isRight && !(a ?? b);
      return x === y;
    case "<":
      return (x as never) < (y as never);
    case "<=":
      return (x as never) <= (y as never);
    case ">":
      return (x as never) > (y as never);
    default:
      return (x as never) >= (y as never);
  }
}
