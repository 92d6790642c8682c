/** Builds conditions, and folds those that the import already knows to be true or false. */
import type {
  AttributeCondition,
  AttributePath,
  BucketCondition,
  Condition,
  HashScheme,
  JsonScalar,
  Operator,
} from "../../../src/flags/document.ts";
import { LIMITS } from "../../../src/flags/limits.ts";

/** A condition, or its value if that is the same for every context. */
export type Lowered = Condition | boolean;

/** Returns the conjunction. */
export function all(...conditions: readonly Lowered[]): Lowered {
  if (conditions.includes(false)) return false;
  const open = conditions.filter((one) => typeof one === "object").flatMap((one) => ("all" in one ? one.all : [one]));
  const [only] = open;
  if (only === undefined) return true;
  return open.length === 1 ? only : { all: open };
}

/** Returns the disjunction. */
export function any(...conditions: readonly Lowered[]): Lowered {
  if (conditions.includes(true)) return true;
  const open = conditions.filter((one) => typeof one === "object").flatMap((one) => ("any" in one ? one.any : [one]));
  const [only] = open;
  if (only === undefined) return false;
  return open.length === 1 ? only : { any: open };
}

export function not(condition: Lowered): Lowered {
  if (typeof condition === "boolean") return !condition;
  return "not" in condition ? condition.not : { not: condition };
}

type LeafOptions = Omit<AttributeCondition, "attribute" | "operator" | "values">;

/** Returns a test of an attribute. It is false without values, because no value can match. */
export function leaf(
  attribute: AttributePath,
  operator: Operator,
  values: readonly JsonScalar[],
  options: LeafOptions = {},
): Lowered {
  return values.length === 0 ? false : { attribute, operator, values: [...values], ...options };
}

/** Returns a test for one of many values. A list that is longer than a condition allows becomes several conditions. */
export function isOneOf(attribute: AttributePath, values: readonly JsonScalar[], options: LeafOptions = {}): Lowered {
  const size = LIMITS.valuesPerCondition;
  const parts = Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
  return any(...parts.map((part) => leaf(attribute, "in", part, options)));
}

export function exists(attribute: AttributePath): Condition {
  return { attribute, operator: "exists" };
}

/** Returns a condition in the form of the document, for a segment, whose condition cannot be left out. */
export function closed(condition: Lowered): Condition {
  if (typeof condition === "object") return condition;
  const present = exists("targetingKey");
  const constant: Condition[] = [present, { not: present }];
  return condition ? { any: constant } : { all: constant };
}

/** How a subject gets its bucket. */
export interface Bucketing {
  by: AttributePath[];
  salt: string;
  hash: HashScheme;
  total: number;
}

/** Returns a condition that is true for buckets within the ranges. Empty ranges contain no bucket. */
export function bucketIn(bucketing: Bucketing, ranges: readonly (readonly [number, number])[]): Lowered {
  const open = ranges.filter(([from, to]) => from < to).map(([from, to]): [number, number] => [from, to]);
  if (open.length === 0) return false;
  return { bucket: { ...bucketing, ranges: open } } satisfies BucketCondition;
}

/** Returns a condition that is true if the subject has a bucket at all. */
export function hasBucket(bucketing: Bucketing): Lowered {
  return bucketIn(bucketing, [[0, bucketing.total]]);
}
