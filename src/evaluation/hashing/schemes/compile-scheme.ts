import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { HASH_SPACES, MAX_TOTAL, SEED_PATTERN } from "../../../flags/formats/hash-schemes.ts";
import type { Getter } from "../../attribute.ts";
import { CompileError } from "../../compile-error.ts";
import type { EvaluationInput } from "../../types.ts";
import { NO_BUCKET } from "../no-bucket.ts";
import { utf8 } from "./checksums.ts";
import type { BucketOfValue } from "./scheme.ts";
import { SCHEMES } from "./schemes.ts";

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

/**
 * Compiles the SHA-256, in hexadecimal, of a text followed by a salt. With `bytes`, only that many bytes at the start
 * of the text's UTF-8, or at its end, are hashed; they may split a character. A text with fewer bytes gives the empty
 * text, which is no hash.
 */
export function compileTextHash(salt: string, bytes: number | undefined, isEnd: boolean): (text: string) => string {
  if (bytes === undefined) return (text) => bytesToHex(sha256(utf8(text + salt)));
  const salted = utf8(salt);
  return (text) => {
    const whole = utf8(text);
    if (whole.length < bytes) return "";
    const input = new Uint8Array(bytes + salted.length);
    input.set(isEnd ? whole.subarray(whole.length - bytes) : whole.subarray(0, bytes));
    input.set(salted, bytes);
    return bytesToHex(sha256(input));
  };
}
