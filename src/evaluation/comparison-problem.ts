import type { AttributeCondition, JsonScalar, JsonValue } from "../flags/document.ts";
import { OPERATOR_VALUES, type ValueKind } from "../flags/value-kinds.ts";
import { compilePredicate, scalarType } from "./operators.ts";
import { UNKNOWN } from "./truth.ts";

/**
 * Returns why a condition cannot compare the value of its attribute, as words that follow the attribute's name, such as
 * "is a number; contains compares text". Returns `undefined` if it can. The words do not repeat the value.
 */
export function comparisonProblem(condition: AttributeCondition, value: JsonValue): string | undefined {
  // The evaluator itself decides, so that an explanation never contradicts an evaluation.
  if (compilePredicate(condition, UNKNOWN)(value) !== UNKNOWN) return undefined;
  const { operator, values = [], read } = condition;
  const kind = OPERATOR_VALUES[operator];
  if (typeof value === "string") {
    if (kind === "instant") return "is not an instant";
    if (kind === "version") return read === undefined ? "is not a semantic version" : `is not a version for ${read}`;
    if (kind === "address") return value.includes("%") ? "is an IP address with a zone" : "is not an IP address";
  }
  if (typeof value === "number" && Number.isNaN(value)) return "is not a number";
  return `is ${typeText(value)}; ${operator} compares ${comparedBy(condition, kind, values)}`;
}

function typeText(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "a number" : "a boolean";
}

const COMPARED: Record<ValueKind, string> = {
  none: "nothing",
  scalar: "single values",
  text: "text",
  pattern: "text",
  number: "numbers",
  range: "numbers",
  instant: "instants",
  version: "versions",
  address: "IP addresses",
};
const SCALARS = { text: "text", number: "numbers", boolean: "booleans", null: "null" };

function comparedBy({ operator }: AttributeCondition, kind: ValueKind, values: JsonScalar[]): string {
  if (operator === "array_contains_any" || operator === "array_contains_all") return "lists";
  if (kind !== "scalar") return COMPARED[kind];
  const types = new Set(values.map((one) => scalarType(one)).filter((type) => type !== undefined));
  return `${[...types].map((type) => SCALARS[type]).join(" and ")} here`;
}
