import type { AttributeCondition, JsonScalar } from "../flags/document.ts";
import { LIST_LENGTH } from "./operators.ts";
import { FALSE, TRUE, type Test, type Truth } from "./truth.ts";

/**
 * Compiles the most common conditions on a plain attribute of the context into one call instead of three. Returns
 * `undefined` for every other condition. compilePredicate has accepted the values and defines what the condition means.
 */
export function commonLeaf(
  name: string,
  condition: AttributeCondition,
  missing: Truth,
  invalid: Truth,
): Test | undefined {
  const { operator, values = [], caseInsensitive } = condition;
  if (caseInsensitive) return undefined;
  if (operator === "equals" || operator === "in") {
    // Without a rule for values of another type, two comparisons are enough.
    return invalid === FALSE ? equalityLeaf(name, values, missing) : undefined;
  }
  const [only] = values;
  if (values.length !== 1) return undefined;
  if (typeof only === "string") return textLeaf(name, operator, only, missing, invalid);
  if (typeof only === "number") return numberLeaf(name, operator, only, missing, invalid);
  return undefined;
}

function equalityLeaf(name: string, values: JsonScalar[], missing: Truth): Test {
  if (values.length <= 2) return equalsEither(name, values[0], values.at(-1), missing);
  return values.length <= LIST_LENGTH ? isInList(name, values, missing) : isInSet(name, new Set(values), missing);
}

function equalsEither(
  name: string,
  first: JsonScalar | undefined,
  other: JsonScalar | undefined,
  missing: Truth,
): Test {
  return (input) => {
    const value = input.context[name];
    return value === first || value === other ? TRUE : value === undefined ? missing : FALSE;
  };
}

function isInList(name: string, values: readonly unknown[], missing: Truth): Test {
  return (input) => {
    const value = input.context[name];
    return value === undefined ? missing : values.includes(value) ? TRUE : FALSE;
  };
}

function isInSet(name: string, values: ReadonlySet<unknown>, missing: Truth): Test {
  return (input) => {
    const value = input.context[name];
    return value === undefined ? missing : values.has(value) ? TRUE : FALSE;
  };
}

function textLeaf(
  name: string,
  operator: AttributeCondition["operator"],
  text: string,
  missing: Truth,
  invalid: Truth,
): Test | undefined {
  const isPrefix = operator === "starts_with";
  if ((!isPrefix && operator !== "ends_with") || text === "") return undefined;
  // Most texts differ in the first character that counts, and reading it costs much less than a call.
  const first = text.charCodeAt(0);
  const { length } = text;
  return (input) => {
    const value = input.context[name];
    if (typeof value !== "string") return value === undefined ? missing : invalid;
    const at = isPrefix ? 0 : value.length - length;
    if (at < 0 || at >= value.length || value.charCodeAt(at) !== first) return FALSE;
    return value.startsWith(text, at) ? TRUE : FALSE;
  };
}

function numberLeaf(
  name: string,
  operator: AttributeCondition["operator"],
  bound: number,
  missing: Truth,
  invalid: Truth,
): Test | undefined {
  // For numbers, gte is the opposite of lt, and lte is the opposite of gt. NaN is neither, so it is invalid.
  const isBelow = operator === "lt" || operator === "gte";
  if (!isBelow && operator !== "gt" && operator !== "lte") return undefined;
  const [whenTrue, whenFalse]: [Truth, Truth] = operator === "lt" || operator === "gt" ? [TRUE, FALSE] : [FALSE, TRUE];
  if (isBelow) {
    return (input) => {
      const value = input.context[name];
      if (typeof value !== "number") return value === undefined ? missing : invalid;
      return value < bound ? whenTrue : value >= bound ? whenFalse : invalid;
    };
  }
  return (input) => {
    const value = input.context[name];
    if (typeof value !== "number") return value === undefined ? missing : invalid;
    return value > bound ? whenTrue : value <= bound ? whenFalse : invalid;
  };
}
