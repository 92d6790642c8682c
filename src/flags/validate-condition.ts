import type { FieldError } from "../ops/errors.ts";
import {
  type AttributeCondition,
  type Condition,
  type JsonScalar,
  type Operator,
  type PackedHashes,
} from "./document.ts";
import { packedProblem } from "./hashes/packed-hashes.ts";
import { tooDeepText } from "./formats/nesting.ts";
import { LIMITS } from "./limits.ts";
import { hasEmptyAlternative } from "./formats/pattern.ts";
import { valueProblem } from "./operator-values.ts";
import { validateAttribute, validateBucket } from "./validate-bucketing.ts";
import { readProblem } from "./reader-problem.ts";
import {
  CASE_OPERATORS,
  OPERATOR_VALUES,
  readerName,
  SINGLE_VALUE_OPERATORS,
  takesPacked,
  valueKindOf,
  WITHOUT_EACH,
} from "./value-kinds.ts";

/** The state of the validation of one flag or segment. */
export interface ConditionCount {
  /** The number of conditions found so far. */
  conditions: number;
  /** Whether the conditions are already stored. Those written before empty texts were refused stay valid. */
  acceptsEmptyText?: boolean;
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
    errors.push({ pointer, detail: tooDeepText(LIMITS.conditionDepth) });
    return;
  }
  const group = "all" in condition ? "all" : "any" in condition ? "any" : undefined;
  if (group) {
    const children = (condition as Record<string, Condition[]>)[group] ?? [];
    children.forEach((child, i) => validateCondition(child, `${pointer}/${group}/${i}`, count, errors, depth + 1));
  } else if ("not" in condition) {
    validateCondition(condition.not, `${pointer}/not`, count, errors, depth + 1);
  } else if ("attribute" in condition) {
    validateLeaf(condition, pointer, count, errors);
  } else if ("bucket" in condition) {
    validateBucket(condition.bucket, `${pointer}/bucket`, errors);
  }
}

function validateLeaf(
  condition: AttributeCondition,
  pointer: string,
  count: ConditionCount,
  errors: FieldError[],
): void {
  const { operator, values } = condition;
  validateAttribute(condition.attribute, `${pointer}/attribute`, errors);
  validateOptions(condition, pointer, errors);
  const problem = readProblem(condition);
  if (problem !== undefined) errors.push({ pointer: `${pointer}/read`, detail: problem });
  // With a reader that the operator does not take, the values are checked as if there were none.
  const read = problem === undefined ? condition.read : undefined;
  const kind = valueKindOf(operator, read);
  if (kind === "none") {
    validateWithoutValues(condition, pointer, errors);
    return;
  }
  if (condition.packed !== undefined) {
    validatePacked(condition, condition.packed, pointer, errors);
    return;
  }
  if (values === undefined) {
    errors.push({ pointer: `${pointer}/values`, detail: `is required by ${operator}` });
    return;
  }
  if (SINGLE_VALUE_OPERATORS.has(operator) && values.length !== 1) {
    errors.push({ pointer: `${pointer}/values`, detail: `must have exactly one value for ${operator}` });
  }
  values.forEach((value, i) => {
    const detail =
      valueProblem(operator, value, read) ?? (count.acceptsEmptyText ? undefined : emptyTextProblem(operator, value));
    if (detail !== undefined) errors.push({ pointer: `${pointer}/values/${i}`, detail });
  });
  if (kind === "range") validateRange(values, `${pointer}/values`, errors);
}

function validateOptions(condition: AttributeCondition, pointer: string, errors: FieldError[]): void {
  const { operator, caseInsensitive, each, read } = condition;
  if (caseInsensitive && !CASE_OPERATORS.has(operator)) {
    errors.push({
      pointer: `${pointer}/caseInsensitive`,
      detail: `is not allowed with ${operator}, which does not compare text`,
    });
  }
  const name = readerName(read);
  if (caseInsensitive && name !== undefined && name !== "text" && CASE_OPERATORS.has(operator)) {
    errors.push({
      pointer: `${pointer}/caseInsensitive`,
      detail: `is not allowed with read ${name}, which returns no text that people write`,
    });
  }
  if (each && WITHOUT_EACH.has(operator)) {
    errors.push({ pointer: `${pointer}/each`, detail: `is not allowed with ${operator}, which tests a whole list` });
  }
}

function validateWithoutValues(condition: AttributeCondition, pointer: string, errors: FieldError[]): void {
  const { operator, values, packed, missing, invalid } = condition;
  if (packed !== undefined) errors.push({ pointer: `${pointer}/packed`, detail: `${operator} takes no values` });
  if (values !== undefined) errors.push({ pointer: `${pointer}/values`, detail: `${operator} takes no values` });
  if (missing !== undefined) {
    errors.push({
      pointer: `${pointer}/missing`,
      detail: `is not allowed with ${operator}, which is false if the attribute is missing; use not to invert it`,
    });
  }
  if (invalid !== undefined) {
    errors.push({ pointer: `${pointer}/invalid`, detail: `is not allowed with ${operator}, which compares nothing` });
  }
}

function validatePacked(
  { operator, values, read }: AttributeCondition,
  packed: PackedHashes,
  pointer: string,
  errors: FieldError[],
): void {
  if (!takesPacked(operator, read)) {
    errors.push({
      pointer: `${pointer}/packed`,
      detail: 'holds hashes, so it needs the operator in or equals and read {"sha256": salt}',
    });
  } else if (values !== undefined) {
    errors.push({ pointer: `${pointer}/packed`, detail: "is not allowed beside values; send one of the two" });
  }
  const problem = packedProblem(packed);
  if (problem !== undefined) errors.push({ pointer: `${pointer}/packed/${problem.field}`, detail: problem.detail });
}

/** Every text contains the empty one, so an empty line at the end of a pasted list would let everybody in. */
function emptyTextProblem(operator: Operator, value: JsonScalar): string | undefined {
  const kind = OPERATOR_VALUES[operator];
  if (typeof value !== "string" || (kind !== "text" && kind !== "pattern")) return undefined;
  if (value === "")
    return `must not be empty, because ${operator} finds the empty text in every text; use exists to accept any value`;
  return kind === "pattern" && hasEmptyAlternative(value)
    ? "must not have an alternative that matches every text, such as the empty one after a |; use exists to accept any value"
    : undefined;
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
