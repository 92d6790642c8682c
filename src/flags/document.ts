/**
 * The flag document: one environment's view of one flag, self-contained, as it is cached and
 * evaluated. Words are OpenFeature's. Every other folder takes these types from here.
 */

export const SCHEMA_VERSION = 1;

/** Shares (weights, ranges, ramps) are integers out of this many. */
export const WEIGHT_TOTAL = 100_000;

export type JsonScalar = string | number | boolean | null;
export type JsonValue = JsonScalar | JsonValue[] | { [key: string]: JsonValue };

export const FLAG_KINDS = ["flag", "switch", "sample"] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

export const FLAG_TYPES = ["boolean", "string", "integer", "float", "object"] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

/** Closed list of hash schemes; a new one is one more pure function in evaluation/bucketing. */
export const HASH_SCHEMES = ["murmur3-mulshift"] as const;
export type HashScheme = (typeof HASH_SCHEMES)[number];

export const OPERATORS = [
  "equals",
  "in",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
  "exists",
  "lt",
  "lte",
  "gt",
  "gte",
  "between",
  "before",
  "after",
  "semver_eq",
  "semver_lt",
  "semver_lte",
  "semver_gt",
  "semver_gte",
  "semver_caret",
  "semver_tilde",
  "ip_in_cidr",
  "array_contains_any",
  "array_contains_all",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A string is one level even when it holds dots, except `request.*`; an array walks into objects. */
export type AttributePath = string | string[];

/** One test on the evaluation context. `values` match any; what each operator takes is in docs/conditions.md. */
export interface AttributeCondition {
  attribute: AttributePath;
  operator: Operator;
  values?: JsonScalar[];
  caseInsensitive?: boolean;
  /** What the condition means when the attribute is missing. Default false. */
  missing?: boolean | "unknown";
}

/** A percentage as a condition: true when the bucket falls in one of the half-open ranges `[from, to)`. */
export interface BucketCondition {
  bucket: { by: AttributePath[]; salt: string; hash: HashScheme; ranges: [number, number][] };
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | AttributeCondition
  | { segment: string }
  | { flag: string; variants: string[] }
  | BucketCondition;

/** A weighted split by a bucketing attribute. Weights may sum to less than the total: the rest is a miss. */
export interface Rollout {
  /** Fallback list: the first attribute that is present is the bucketing key. */
  by: AttributePath[];
  /** Stored, never derived: renaming a flag moves nobody. */
  salt: string;
  hash: HashScheme;
  weights: [variant: string, weight: number][];
  /** No attribute of `by` is present. Default skip (as a miss with onMiss next). */
  onMissingKey?: "skip" | "default" | "error";
  /** The bucket is in no weight's range or outside the ramp: go on with the next rule (default), or serve the default. */
  onMiss?: "next" | "default";
  /** Linear share of each variant's range that is served, `from` → `to` (out of 100,000) between two instants. */
  ramp?: { from: number; to: number; startAt: string; endAt: string };
}

/** What a rule or the default serves. `draw` belongs to samples: drawn afresh on every call. */
export type Serve =
  | { variant: string }
  | { rollout: Rollout }
  | { draw: { weights: [variant: string, weight: number][] } };

export interface Rule {
  id: string;
  description?: string;
  /** Absent: always. */
  when?: Condition;
  serve: Serve;
  /** ISO 8601 instants: active from (inclusive) until (exclusive). */
  from?: string;
  until?: string;
}

export interface Prerequisite {
  flag: string;
  variants: string[];
}

/** The configuration of a flag in one environment. */
export interface FlagConfiguration {
  enabled: boolean;
  /** Served when disabled or a prerequisite is unmet; null: the caller's own default. */
  offVariant: string | null;
  default: Serve;
  rules: Rule[];
  prerequisites: Prerequisite[];
}

/** The definition of a flag, shared by all environments. */
export interface FlagDefinition {
  key: string;
  kind: FlagKind;
  type: FlagType;
  variants: Record<string, JsonValue>;
  clientVisible: boolean;
  /** Answered to clients as OFREP metadata: string, boolean or 32-bit integer values. */
  metadata: Record<string, string | number | boolean>;
}

/** Enough of another flag to know which variant it serves. */
export type FlagDependency = FlagConfiguration & { variants: string[] };

export interface FlagDocument extends FlagDefinition, FlagConfiguration {
  schemaVersion: number;
  /** Environment version at which this document last changed. */
  version: number;
  /** Conditions of every segment that the document refers to, transitively. */
  segments?: Record<string, Condition>;
  /** Every other flag that the document refers to, transitively. */
  dependencies?: Record<string, FlagDependency>;
}
