/** The values that each operator takes. A file of its own, so that the console can import it without the parsers. */
import type { Operator } from "./document.ts";

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
