import { HASH_SCHEMES, WEIGHT_TOTAL, type AttributePath, type HashScheme, type JsonValue } from "../flags/document.ts";
import { compileAttribute, type Getter } from "./attribute.ts";
import { CompileError } from "./compile-error.ts";
import { hashState, murmur3 } from "./hashing/murmur3.ts";
import type { EvaluationInput } from "./types.ts";

/** The result of a bucketing if no attribute in `by` has a value that can be hashed. */
export const NO_BUCKET = -1;

/** Returns the subject's bucket, from 0 to 99,999, or NO_BUCKET. */
export type Bucketing = (input: EvaluationInput) => number;

type SchemeFactory = (salt: string) => (value: string) => number;

/**
 * The hash schemes: each maps a salt and a value to a bucket and never changes. The published vectors in
 * test/conformance hold every scheme in place.
 */
const SCHEMES: Record<HashScheme, SchemeFactory> = {
  "murmur3-mulshift": (salt) => {
    const state = hashState(`${salt}:`);
    // This is (uint64(hash) * 100000) >> 32: the product stays below 2^53, so a double holds it exactly.
    return (value) => ((murmur3(state, value) * WEIGHT_TOTAL) / 4294967296) | 0;
  },
};

/** Returns the bucket of one value under a scheme. Exported for the published conformance vectors. */
export function bucketOf(scheme: HashScheme, salt: string, value: string): number {
  return SCHEMES[scheme](salt)(value);
}

export interface CompiledBucketing {
  bucket: Bucketing;
  readsRequest: boolean;
  /** The attributes of `by`, for the error that a subject without any of them gets. */
  byLabel: string;
}

export function compileBucketing(by: AttributePath[], salt: string, hash: HashScheme): CompiledBucketing {
  if (!HASH_SCHEMES.includes(hash)) throw new CompileError(`unknown hash scheme ${JSON.stringify(hash)}`);
  if (typeof salt !== "string") throw new CompileError("salt must be a string");
  if (!Array.isArray(by) || by.length === 0) throw new CompileError("by must list at least one attribute");
  const attributes = by.map(compileAttribute);
  const getters = attributes.map((attribute) => attribute.get);
  return {
    bucket: bucketBy(getters, SCHEMES[hash](salt)),
    readsRequest: attributes.some((attribute) => attribute.readsRequest),
    byLabel: attributes.map((attribute) => attribute.label).join(" or "),
  };
}

function bucketBy(getters: Getter[], hash: (value: string) => number): Bucketing {
  const [only] = getters;
  if (getters.length === 1 && only) {
    return (input) => {
      const value = only(input);
      if (typeof value === "string" && value !== "") return hash(value);
      const text = bucketingValue(value);
      return text === undefined ? NO_BUCKET : hash(text);
    };
  }
  return (input) => {
    for (const get of getters) {
      const text = bucketingValue(get(input));
      if (text !== undefined) return hash(text);
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
