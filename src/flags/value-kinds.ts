/** The values that each operator takes. A file of its own, so that the console can import it without the parsers. */
import { type Operator, type Reader, READERS } from "./document.ts";

/** The kind of value that a condition needs. */
export type ValueKind = "none" | "scalar" | "text" | "pattern" | "number" | "range" | "instant" | "version" | "address";

export const OPERATOR_VALUES: Record<Operator, ValueKind> = {
  equals: "scalar",
  in: "scalar",
  contains: "text",
  starts_with: "text",
  ends_with: "text",
  matches: "pattern",
  exists: "none",
  lt: "number",
  lte: "number",
  gt: "number",
  gte: "number",
  between: "range",
  before: "instant",
  after: "instant",
  semver_eq: "version",
  semver_lt: "version",
  semver_lte: "version",
  semver_gt: "version",
  semver_gte: "version",
  semver_caret: "version",
  semver_tilde: "version",
  ip_in_cidr: "address",
  array_contains_any: "scalar",
  array_contains_all: "scalar",
};

/** The operators that compare text and can therefore ignore case. */
export const CASE_OPERATORS: ReadonlySet<Operator> = new Set<Operator>([
  "equals",
  "in",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
  "array_contains_any",
  "array_contains_all",
]);

/** The readers of versions that have no ranges, so that ^version and ~version have no meaning. */
const WITHOUT_RANGES: readonly Reader[] = ["version-padded"];

/** Returns the readers that an operator accepts. */
export function readersOf(operator: Operator): readonly Reader[] {
  if (OPERATOR_VALUES[operator] !== "version") return [];
  const isRange = operator === "semver_caret" || operator === "semver_tilde";
  return isRange ? READERS.filter((reader) => !WITHOUT_RANGES.includes(reader)) : READERS;
}

/** The operators that take a reader. */
export const READING_OPERATORS = (Object.keys(OPERATOR_VALUES) as Operator[]).filter(
  (operator) => readersOf(operator).length > 0,
);
