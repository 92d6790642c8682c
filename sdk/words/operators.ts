import type { Operator } from "../../src/flags/document.ts";

/** The operators of conditions in words, as they stand between the attribute and the values. */
export const OPERATOR_TEXTS: Record<Operator, string> = {
  equals: "equals",
  in: "is one of",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
  matches: "matches pattern",
  exists: "exists",
  lt: "is below",
  lte: "is at most",
  gt: "is above",
  gte: "is at least",
  between: "is between",
  before: "is before",
  after: "is after",
  semver_eq: "is version",
  semver_lt: "is older than",
  semver_lte: "is at most version",
  semver_gt: "is newer than",
  semver_gte: "is at least version",
  semver_caret: "is compatible with (^)",
  semver_tilde: "is a patch release of (~)",
  ip_in_cidr: "is in CIDR block",
  array_contains_any: "contains one of",
  array_contains_all: "contains all of",
};
