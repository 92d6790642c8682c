/**
 * The flag document: one flag as configured in one environment. It is self-contained, and it is cached and evaluated
 * as a whole. The vocabulary is OpenFeature's, and every other folder uses these types.
 */

import type { SchemeName } from "./formats/hash-schemes.ts";

export const SCHEMA_VERSION = 1;

/** The whole that shares (weights, ranges and ramps) are parts of, unless `total` says otherwise. They are integers. */
export const WEIGHT_TOTAL = 100_000;

export type JsonScalar = string | number | boolean | null;
export type JsonValue = JsonScalar | JsonValue[] | { [key: string]: JsonValue };

export const FLAG_KINDS = ["flag", "switch", "sample"] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

export const FLAG_TYPES = ["boolean", "string", "integer", "float", "object", "json"] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

/** The hash scheme of flags that begin here. */
export const NATIVE_SCHEME = "murmur3-mulshift";
/** Each scheme is a pure function in evaluation/bucketing.ts or evaluation/hashing/schemes/. */
export type HashScheme = typeof NATIVE_SCHEME | SchemeName;

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

/** The readers that need no parameter: ways to read an attribute before it is compared. The list is closed. */
export const READERS = [
  "number",
  "number-comma",
  "text",
  "length",
  "type",
  "json",
  "version-strict",
  "version-partial",
  "version-loose",
  "version-extended",
  "version-padded",
] as const;
export type NamedReader = (typeof READERS)[number];

/** The units of an age. All have a fixed length: a day has 24 hours. */
export const AGE_UNITS = ["seconds", "minutes", "hours", "days", "weeks"] as const;
export type AgeUnit = (typeof AGE_UNITS)[number];

/** A way to read an attribute before it is compared. docs/conditions.md defines each. */
export type Reader =
  | NamedReader
  /** The remainder of a number. */
  | { modulo: number }
  /**
   * The SHA-256 of the value followed by the salt, as 64 hexadecimal digits in lower case. With `first` or `last`, only
   * that many bytes at the start or the end of the value's UTF-8 are hashed.
   */
  | { sha256: string; first?: number | undefined; last?: number | undefined }
  /** The time since an instant, negative for the future. */
  | { age: AgeUnit };

/**
 * The path of an attribute. A string names one property even if it contains dots, except that `request.` is a prefix.
 * An array steps into objects.
 */
export type AttributePath = string | string[];

/** Hashes that are cut to their first bytes. src/flags/hashes/packed-hashes.ts reads and writes them. */
export interface PackedHashes {
  /** The number of bytes of each hash. */
  width: number;
  /** The bytes of all hashes in ascending order, in base64url without padding. */
  hashes: string;
}

/** A test of one attribute. It passes if any of `values` matches. docs/conditions.md lists the operators' values. */
export interface AttributeCondition {
  attribute: AttributePath;
  operator: Operator;
  values?: JsonScalar[];
  /** In place of `values`, with the reader `sha256`: hashes in a form that takes little room. */
  packed?: PackedHashes;
  caseInsensitive?: boolean;
  /** The condition's value if the attribute is missing. The default is false. */
  missing?: boolean | "unknown";
  /**
   * The condition's value if the attribute is present but cannot be compared: it is of another type, `null`, or text
   * that is not a version, an instant or an address. The default is "unknown" if `missing` is "unknown", else false.
   */
  invalid?: boolean | "unknown";
  /** How to read the attribute, and versions among the values. The default is the operator's own way. */
  read?: Reader;
  /** Whether the condition is true if an element of a list passes. A value that is not a list is tested itself. */
  each?: boolean;
}

/** A percentage as a condition: true if the subject's bucket is in one of the half-open ranges `[from, to)`. */
export interface BucketCondition {
  bucket: {
    by: AttributePath[];
    salt: string;
    hash: HashScheme;
    /** The size of the bucket space, which the ranges are parts of. The default is 100,000. */
    total?: number;
    ranges: [number, number][];
  };
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | AttributeCondition
  | { segment: string }
  | { flag: string; variants: string[] }
  | BucketCondition;

/** A weighted split by a bucketing attribute. If the weights sum to less than the total, the rest is a miss. */
export interface Rollout {
  /** The bucketing attributes. The first one that is present is hashed. */
  by: AttributePath[];
  /** Stored rather than derived from the flag's key, so that subjects keep their buckets if the flag is renamed. */
  salt: string;
  hash: HashScheme;
  /** The size of the bucket space, which the weights are parts of. The default is 100,000. */
  total?: number;
  weights: [variant: string, weight: number][];
  /**
   * The result if no attribute in `by` is present. The default, skip, continues with the next rule. `random` draws the
   * bucket, once in each request.
   */
  onMissingKey?: "skip" | "default" | "error" | "random";
  /** The result if the bucket is outside every weight's range or outside the ramp. The default is the next rule. */
  onMiss?: "next" | "default";
  /** The served share of each variant's range: out of 100,000. It changes linearly between two instants. */
  ramp?: { from: number; to: number; startAt: string; endAt: string };
}

/** The errors that a flag can serve. */
export const SERVED_ERRORS = [
  "PARSE_ERROR",
  "TYPE_MISMATCH",
  "TARGETING_KEY_MISSING",
  "INVALID_CONTEXT",
  "GENERAL",
] as const;
export type ServedError = (typeof SERVED_ERRORS)[number];

/**
 * The result of a rule, or of the default. The variant `null` gives the caller's own default. Only samples use `draw`,
 * which picks a random variant on every call.
 */
export type Serve =
  | { variant: string | null }
  | { error: ServedError }
  | { rollout: Rollout }
  | { draw: { weights: [variant: string, weight: number][] } };

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * A window that opens on some days of the week, by the clock of a time zone. If `from` is later than `to`, it closes on
 * the next day. A time that the clock skips moves to the end of the gap; of a repeated time, the first counts.
 */
export interface RecurringWindow {
  /** An IANA name, such as `Europe/Berlin`. */
  timezone: string;
  /** The days on which the window opens. */
  days: Weekday[];
  /** From 00:00 to 23:59 (inclusive). */
  from: string;
  /** From 00:00 to 24:00 (exclusive). */
  to: string;
}

export interface Rule {
  id: string;
  description?: string;
  /** Absent if the rule always matches. */
  when?: Condition;
  serve: Serve;
  /** The rule is active from this ISO 8601 instant (inclusive) … */
  from?: string;
  /** … until this one (exclusive). */
  until?: string;
  /** Between these instants, the rule is active in the given windows only. */
  during?: RecurringWindow[];
}

export interface Prerequisite {
  flag: string;
  variants: string[];
}

/** The configuration of a flag in one environment. */
export interface FlagConfiguration {
  enabled: boolean;
  /** Served if the flag is disabled or a prerequisite is unmet. `null` gives the caller's own default. */
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
  /** Sent to clients as OFREP metadata. Values are strings, booleans or 32-bit integers. */
  metadata: Record<string, string | number | boolean>;
}

/** How long a flag is meant to stay in the code. */
export const LIFETIMES = ["permanent", "temporary"] as const;
export type Lifetime = (typeof LIFETIMES)[number];

/** A flag as a client writes it: its definition, its configuration in one environment, and notes for people. */
export type FlagInput = FlagDefinition &
  FlagConfiguration & {
    description?: string;
    tags?: string[];
    owner?: string;
    /** The value that code uses when an evaluation fails. `null` if nobody has said. */
    fallback?: JsonValue;
    /** A JSON Schema that every variant and the fallback fit; for the types `object` and `json`. */
    jsonSchema?: { [keyword: string]: JsonValue } | null;
    /** `null` if nobody has said. */
    lifetime?: Lifetime | null;
    /** When a temporary flag is due for removal (ISO 8601). It only marks the flag, and changes nothing served. */
    expiresAt?: string | null;
  };

/** The parts of another flag that determine which variant it serves. */
export type FlagDependency = FlagConfiguration & { variants: string[] };

/** One flag as configured in one environment, with everything that its evaluation needs. */
export interface FlagDocument extends FlagDefinition, FlagConfiguration {
  schemaVersion: number;
  /** The environment's version at which this document last changed. */
  version: number;
  /** The conditions of all segments that the document refers to, directly or indirectly. */
  segments?: Record<string, Condition>;
  /** All other flags that the document refers to, directly or indirectly. */
  dependencies?: Record<string, FlagDependency>;
}
