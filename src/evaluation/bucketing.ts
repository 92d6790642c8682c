import { NATIVE_SCHEME, WEIGHT_TOTAL, type AttributePath, type HashScheme, type JsonValue } from "../flags/document.ts";
import { type Attribute, compileAttribute, type Getter } from "./attribute.ts";
import { CompileError } from "./compile-error.ts";
import { type HashState, hashState, murmur3 } from "./hashing/murmur3.ts";
import { NO_BUCKET } from "./hashing/no-bucket.ts";
import { schemeLibrary } from "./hashing/scheme-library.ts";
import type { EvaluationInput } from "./types.ts";

/** Returns the subject's bucket, from 0 to the total less one, or NO_BUCKET. */
export type Bucketing = (input: EvaluationInput) => number;

const SIGN = 0x80000000 | 0;

/** The two results of a rollout by `targetingKey` alone. */
export interface Branches<T> {
  /** The first bucket that is above: from 1 to 99,999. */
  end: number;
  below: T;
  above: T;
  /** The result without a `targetingKey`. */
  missing: T;
}

/**
 * Returns the bucket of one value under the native scheme, which never changes. Exported for the published conformance
 * vectors in test/conformance, which hold it in place.
 */
export function bucketOf(salt: string, value: string): number {
  return murmurBucket(hashState(`${salt}:`), value);
}

/**
 * Compiles a rollout by `targetingKey` in two parts under the native scheme, by far the most common one, into one call:
 * it compares the hash itself, without a bucket.
 */
export function compileBranch<T>(salt: string, branches: Branches<T>): (input: EvaluationInput) => T {
  const { end, below, above, missing } = branches;
  const state = hashState(`${salt}:`);
  // The bucket is below the end if the unsigned hash is at most this number. Flipping the sign bit of both keeps their
  // order as signed numbers, which the engine compares without boxing them.
  const last = (Math.ceil((end * 4294967296) / WEIGHT_TOTAL) - 1) ^ SIGN;
  return (input) => {
    const value: JsonValue | undefined = input.context.targetingKey;
    const text = typeof value === "string" && value !== "" ? value : bucketingValue(value);
    if (text === undefined) return missing;
    return (murmur3(state, text) ^ SIGN) <= last ? below : above;
  };
}

export interface CompiledBucketing {
  bucket: Bucketing;
  /** The size of the bucket space. */
  total: number;
  readsRequest: boolean;
  /** The attributes of `by`, for the error that a subject without any of them gets. */
  byLabel: string;
}

/** The parts of a rollout or of a bucket condition that determine the bucket. */
export interface BucketingSource {
  by: AttributePath[];
  salt: string;
  hash: HashScheme;
  total?: number;
}

export function compileBucketing({ by, salt, hash, total = WEIGHT_TOTAL }: BucketingSource): CompiledBucketing {
  if (typeof salt !== "string") throw new CompileError("salt must be a string");
  if (!Array.isArray(by) || by.length === 0) throw new CompileError("by must list at least one attribute");
  const attributes = by.map(compileAttribute);
  return {
    bucket:
      hash === NATIVE_SCHEME
        ? compileNative(salt, total, attributes)
        : schemeLibrary.loaded.compileScheme(hash, salt, total, gettersOf(attributes)),
    total,
    readsRequest: attributes.some((attribute) => attribute.readsRequest),
    byLabel: attributes.map((attribute) => attribute.label).join(" or "),
  };
}

/** A scheme makes closures of its own, which is fast, and takes less memory than a hash function for each rollout. */
function compileNative(salt: string, total: number, attributes: readonly Attribute[]): Bucketing {
  if (total !== WEIGHT_TOTAL) throw new CompileError(`total must be ${WEIGHT_TOTAL} for ${NATIVE_SCHEME}`);
  const state = hashState(`${salt}:`);
  const [only] = attributes;
  if (only === undefined || attributes.length > 1) return murmurOfFirst(state, gettersOf(attributes));
  return only.contextName === "targetingKey" ? murmurOfTargetingKey(state) : murmurOf(state, only.get);
}

function gettersOf(attributes: readonly Attribute[]): Getter[] {
  return attributes.map((attribute) => attribute.get);
}

/** Returns `(uint64(hash) * 100000) >> 32`. The product stays below 2^53, so a double holds it exactly. */
function murmurBucket(state: HashState, text: string): number {
  return (((murmur3(state, text) >>> 0) * WEIGHT_TOTAL) / 4294967296) | 0;
}

function murmurOfValue(state: HashState, value: JsonValue | undefined): number {
  const text = bucketingValue(value);
  return text === undefined ? NO_BUCKET : murmurBucket(state, text);
}

function murmurOfTargetingKey(state: HashState): Bucketing {
  return (input) => {
    const value: JsonValue | undefined = input.context.targetingKey;
    return typeof value === "string" && value !== "" ? murmurBucket(state, value) : murmurOfValue(state, value);
  };
}

function murmurOf(state: HashState, get: Getter): Bucketing {
  return (input) => {
    const value = get(input);
    return typeof value === "string" && value !== "" ? murmurBucket(state, value) : murmurOfValue(state, value);
  };
}

function murmurOfFirst(state: HashState, getters: readonly Getter[]): Bucketing {
  return (input) => {
    for (const get of getters) {
      const bucket = murmurOfValue(state, get(input));
      if (bucket !== NO_BUCKET) return bucket;
    }
    return NO_BUCKET;
  };
}

/**
 * Returns the text to hash, or `undefined` if the value cannot be hashed. An empty string cannot: everyone without an
 * id would share one bucket.
 */
function bucketingValue(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value === "boolean") return value ? "true" : "false";
  return undefined;
}

/** Whether a value is a whole number from 0 to the total. */
export function isShare(value: unknown, total = WEIGHT_TOTAL): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= total;
}
