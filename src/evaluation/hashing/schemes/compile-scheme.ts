import { bytesToHex } from "@noble/hashes/utils.js";
import { HASH_SPACES, MAX_TOTAL, SEED_PATTERN } from "../../../flags/formats/hash-schemes.ts";
import { compileTextDigest } from "../../../flags/hashes/text-digest.ts";
import type { Getter } from "../../attribute.ts";
import { CompileError } from "../../compile-error.ts";
import type { EvaluationInput } from "../../types.ts";
import { NO_BUCKET } from "../no-bucket.ts";
import type { BucketOfValue } from "./scheme.ts";
import { SCHEMES } from "./schemes.ts";

/** The functions of the reader `sha256`, which load with the hash schemes. */
export const textHashes = { compileTextDigest, bytesToHex };

/**
 * Compiles a bucketing under the scheme of another system. The scheme decides what a key is, also for an attribute that
 * is missing, so it sees a missing value only if no other attribute is left.
 */
export function compileScheme(
  name: string,
  salt: string,
  total: number,
  getters: readonly Getter[],
): (input: EvaluationInput) => number {
  if (!Object.hasOwn(SCHEMES, name)) throw new CompileError(`unknown hash scheme ${JSON.stringify(name)}`);
  const known = name as keyof typeof SCHEMES;
  const space = HASH_SPACES[known];
  if (total !== (space.total ?? total)) throw new CompileError(`total must be ${space.total} for ${name}`);
  if (!Number.isInteger(total) || total < 1 || total > MAX_TOTAL)
    throw new CompileError("total must be a whole number");
  if (space.saltIsSeed && !SEED_PATTERN.test(salt)) throw new CompileError(`salt must be a whole number for ${name}`);
  const bucketOf = SCHEMES[known](salt, total);
  const [first, ...others] = getters;
  return first !== undefined && others.length === 0 ? bucketOfOne(bucketOf, first) : bucketOfFirst(bucketOf, getters);
}

function bucketOfOne(bucketOf: BucketOfValue, get: Getter): (input: EvaluationInput) => number {
  return (input) => bucketOf(get(input));
}

function bucketOfFirst(bucketOf: BucketOfValue, getters: readonly Getter[]): (input: EvaluationInput) => number {
  const last = getters.length - 1;
  return (input) => {
    for (let i = 0; i < last; i++) {
      const value = (getters[i] as Getter)(input);
      const bucket = value === undefined || value === null ? NO_BUCKET : bucketOf(value);
      if (bucket !== NO_BUCKET) return bucket;
    }
    return bucketOf((getters[last] as Getter)(input));
  };
}
