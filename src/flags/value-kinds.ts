/** What each operator takes. Apart from the check of values, so that the console has it without the parsers. */
import type { Operator } from "./document.ts";

/** What the values of a condition have to be. */
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

/** Operators that compare text, and so can ignore case. */
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
