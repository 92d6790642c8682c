import type { AttributeCondition, JsonScalar, JsonValue } from "../flags/document.ts";
import { OPERATOR_VALUES, readerName, type OperatorKind, type ReaderName } from "../flags/value-kinds.ts";
import { scalarType } from "./operators.ts";
import { compileValueTest } from "./readers/value-test.ts";
import { UNKNOWN } from "./truth.ts";

/**
 * Returns why a condition cannot compare the value of its attribute, as words that follow the attribute's name, such as
 * "is a number; contains compares text". Returns `undefined` if it can. The words do not repeat the value.
 */
export function comparisonProblem(condition: AttributeCondition, value: JsonValue): string | undefined {
  // The evaluator itself decides, so that an explanation never contradicts an evaluation. The time makes no difference.
  if (compileValueTest(condition, UNKNOWN)(value, 0) !== UNKNOWN) return undefined;
  if (condition.each !== true || !Array.isArray(value)) return problemOf(condition, value);
  const one = { ...condition, each: false };
  const problem = value.map((element) => comparisonProblem(one, element)).find((text) => text !== undefined);
  return `has an element that ${problem}`;
}

function problemOf(condition: AttributeCondition, value: JsonValue): string {
  const { operator, values = [], read } = condition;
  if (typeof value === "number" && Number.isNaN(value)) return "is not a number";
  const name = readerName(read);
  const kind = OPERATOR_VALUES[operator];
  if (name !== undefined && kind !== "version") return readingProblem(name, value);
  if (typeof value === "string") {
    if (kind === "instant") return "is not an instant";
    if (kind === "version") return name === undefined ? "is not a semantic version" : `is not a version for ${name}`;
    if (kind === "address") return value.includes("%") ? "is an IP address with a zone" : "is not an IP address";
  }
  return `is ${typeText(value)}; ${operator} compares ${comparedBy(condition, kind, values)}`;
}

/** The kinds of values that readers read. Other readers read every value. */
const READABLE: Partial<Record<ReaderName, string>> = {
  number: "numbers",
  "number-comma": "numbers",
  modulo: "numbers",
  text: "text, numbers and booleans",
  sha256: "text, numbers and booleans",
  length: "lists",
  age: "instants",
};

function readingProblem(name: ReaderName, value: JsonValue): string {
  const readable = READABLE[name] ?? "nothing";
  if (typeof value === "string" && readable === "numbers") return `is not a number for ${name}`;
  if (typeof value === "string" && readable === "instants") return `is not an instant for ${name}`;
  return `is ${typeText(value)}; ${name} reads ${readable}`;
}

function typeText(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "a number" : "a boolean";
}

const COMPARED: Record<Exclude<OperatorKind, "scalar" | "bound">, string> = {
  none: "nothing",
  text: "text",
  pattern: "text",
  range: "numbers",
  instant: "instants",
  version: "versions",
  address: "IP addresses",
};
const SCALARS = { text: "text", number: "numbers", boolean: "booleans", null: "null" };

function comparedBy({ operator }: AttributeCondition, kind: OperatorKind, values: JsonScalar[]): string {
  if (operator === "array_contains_any" || operator === "array_contains_all") return "lists";
  if (kind === "bound") return typeof values[0] === "string" ? "text here" : "numbers";
  if (kind !== "scalar") return COMPARED[kind];
  const types = new Set(values.map((one) => scalarType(one)).filter((type) => type !== undefined));
  return `${[...types].map((type) => SCALARS[type]).join(" and ")} here`;
}
