import type { FieldError } from "../ops/errors.ts";
import { type AttributeCondition, type AttributePath, type Condition, type JsonScalar } from "./document.ts";
import { LIMITS } from "./limits.ts";
import { valueProblem } from "./operator-values.ts";
import { CASE_OPERATORS, OPERATOR_VALUES } from "./value-kinds.ts";

/** The number of conditions found so far in one flag or segment. */
export interface ConditionCount {
  conditions: number;
}

/** Adds to `errors` every problem of a condition that has the right shape. */
export function validateCondition(
  condition: Condition,
  pointer: string,
  count: ConditionCount,
  errors: FieldError[],
  depth = 1,
): void {
  count.conditions++;
  if (count.conditions === LIMITS.conditions + 1) {
    errors.push({
      pointer,
      detail: `is condition number ${count.conditions}; at most ${LIMITS.conditions} are accepted`,
    });
  }
  if (depth === LIMITS.conditionDepth + 1) {
    errors.push({ pointer, detail: `is nested too deeply; at most ${LIMITS.conditionDepth} levels are accepted` });
    return;
  }
  const group = "all" in condition ? "all" : "any" in condition ? "any" : undefined;
  if (group) {
    const children = (condition as Record<string, Condition[]>)[group] ?? [];
    children.forEach((child, i) => validateCondition(child, `${pointer}/${group}/${i}`, count, errors, depth + 1));
  } else if ("not" in condition) {
    validateCondition(condition.not, `${pointer}/not`, count, errors, depth + 1);
  } else if ("attribute" in condition) {
    validateLeaf(condition, pointer, errors);
  } else if ("bucket" in condition) {
    validateBy(condition.bucket.by, `${pointer}/bucket/by`, errors);
    condition.bucket.ranges.forEach(([from, to], i) => {
      if (from >= to) errors.push({ pointer: `${pointer}/bucket/ranges/${i}`, detail: "must begin before it ends" });
    });
  }
}

/** Adds to `errors` every bucketing attribute that names the request itself, which cannot be read. */
export function validateBy(by: AttributePath[], pointer: string, errors: FieldError[]): void {
  by.forEach((path, i) => validateAttribute(path, `${pointer}/${i}`, errors));
}

function validateAttribute(path: AttributePath, pointer: string, errors: FieldError[]): void {
  const isRequest = path === "request" || path === "request." || (path.length === 1 && path[0] === "request");
  if (isRequest)
    errors.push({ pointer, detail: 'is reserved; name an attribute of the request, such as "request.country"' });
}

function validateLeaf(condition: AttributeCondition, pointer: string, errors: FieldError[]): void {
  const { operator, values } = condition;
  const kind = OPERATOR_VALUES[operator];
  validateAttribute(condition.attribute, `${pointer}/attribute`, errors);
  if (condition.caseInsensitive && !CASE_OPERATORS.has(operator)) {
    errors.push({
      pointer: `${pointer}/caseInsensitive`,
      detail: `is not allowed with ${operator}, which does not compare text`,
    });
  }
  if (kind === "none") {
    if (values !== undefined) errors.push({ pointer: `${pointer}/values`, detail: `${operator} takes no values` });
    if (condition.missing !== undefined) {
      errors.push({
        pointer: `${pointer}/missing`,
        detail: `is not allowed with ${operator}, which is false if the attribute is missing; use not to invert it`,
      });
    }
    return;
  }
  if (values === undefined) {
    errors.push({ pointer: `${pointer}/values`, detail: `is required by ${operator}` });
    return;
  }
  if (kind === "number" && values.length !== 1) {
    errors.push({ pointer: `${pointer}/values`, detail: `must have exactly one number for ${operator}` });
  }
  values.forEach((value, i) => {
    const problem = valueProblem(operator, value);
    if (problem !== undefined) errors.push({ pointer: `${pointer}/values/${i}`, detail: problem });
  });
  if (kind === "range") validateRange(values, `${pointer}/values`, errors);
}

function validateRange(values: JsonScalar[], pointer: string, errors: FieldError[]): void {
  if (values.length % 2 !== 0) errors.push({ pointer, detail: "must consist of pairs of a lower and an upper bound" });
  for (let i = 1; i < values.length; i += 2) {
    const [lower, upper] = [values[i - 1], values[i]];
    if (typeof lower === "number" && typeof upper === "number" && lower > upper) {
      errors.push({ pointer: `${pointer}/${i}`, detail: "must not be below the lower bound before it" });
    }
  }
}
