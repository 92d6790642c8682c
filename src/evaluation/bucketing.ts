import { HASH_SCHEMES, WEIGHT_TOTAL, type AttributePath, type HashScheme, type JsonValue } from "../flags/document.ts";
import { compileAttribute, type Getter } from "./attribute.ts";
import { CompileError } from "./compile-error.ts";
import { hashState, murmur3 } from "./hashing/murmur3.ts";
import type { EvaluationInput } from "./types.ts";

/** No attribute of `by` holds a bucketing value. */
export const NO_KEY = -1;

/** Bucket of a subject, 0 … 99,999, or NO_KEY. */
export type Bucketing = (input: EvaluationInput) => number;

type SchemeFactory = (salt: string) => (value: string) => number;

/** Every hash scheme: salt → value → bucket. Pure; published vectors in test/conformance hold each still for ever. */
const SCHEMES: Record<HashScheme, SchemeFactory> = {
  "murmur3-mulshift": (salt) => {
    const state = hashState(`${salt}:`);
    // (uint64(hash) * 100000) >> 32. The product stays below 2^53, so doubles are exact; | 0 drops the fraction.
    return (value) => ((murmur3(state, value) * WEIGHT_TOTAL) / 4294967296) | 0;
  },
};

/** Bucket of one value under a scheme. */
export function bucketOf(scheme: HashScheme, salt: string, value: string): number {
  return SCHEMES[scheme](salt)(value);
}

export interface CompiledBucketing {
  bucket: Bucketing;
  readsRequest: boolean;
  /** What a subject without a key is told is required. */
  keyLabel: string;
}

export function compileBucketing(by: AttributePath[], salt: string, hash: HashScheme): CompiledBucketing {
  if (!HASH_SCHEMES.includes(hash)) throw new CompileError(`unknown hash scheme ${JSON.stringify(hash)}`);
  if (typeof salt !== "string") throw new CompileError("a salt is a string");
  if (!Array.isArray(by) || by.length === 0) throw new CompileError("by lists at least one attribute");
  const attributes = by.map(compileAttribute);
  const getters = attributes.map((attribute) => attribute.get);
  return {
    bucket: bucketBy(getters, SCHEMES[hash](salt)),
    readsRequest: attributes.some((attribute) => attribute.readsRequest),
    keyLabel: attributes.map((attribute) => attribute.label).join(" or "),
  };
}

function bucketBy(getters: Getter[], hash: (value: string) => number): Bucketing {
  const [only] = getters;
  if (getters.length === 1 && only) {
    return (input) => {
      const value = only(input);
      if (typeof value === "string" && value !== "") return hash(value);
      const key = bucketingValue(value);
      return key === undefined ? NO_KEY : hash(key);
    };
  }
  return (input) => {
    for (const get of getters) {
      const key = bucketingValue(get(input));
      if (key !== undefined) return hash(key);
    }
    return NO_KEY;
  };
}

/** Text that is hashed. An empty string is no key: everyone without an id would share one bucket. */
export function bucketingValue(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value === "boolean") return value ? "true" : "false";
  return undefined;
}
