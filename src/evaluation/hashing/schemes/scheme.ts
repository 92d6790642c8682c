import type { JsonValue } from "../../../flags/document.ts";

/** Returns the bucket of a value, a whole number from 0 to `total - 1`, or NO_BUCKET. */
export type BucketOfValue = (value: JsonValue | undefined) => number;

/** Returns the text that is hashed for a value, or `undefined` if the value is not a key. */
export type KeyRule = (value: JsonValue | undefined) => string | undefined;

export interface Scheme {
  /** Returns the bucket of one value. */
  bucketOf: (salt: string, total: number, value: JsonValue | undefined) => number;
  /** Does the work that depends on the salt once. Every call makes a closure of the scheme's own family. */
  compile: (salt: string, total: number) => BucketOfValue;
  /** The only size of the bucket space that the scheme has. `undefined` if a flag may choose it. */
  fixedTotal?: number;
  /** The salt is the text of a whole number, which seeds the hash. */
  saltIsSeed?: true;
}

interface Space {
  fixedTotal?: number;
  saltIsSeed?: true;
}

export function scheme(compile: Scheme["compile"], space: Space = {}): Scheme {
  return { bucketOf: (salt, total, value) => compile(salt, total)(value), compile, ...space };
}

/** The number of hashes of 32 bits: the space of the systems that compare a hash with a fraction of it. */
export const SPACE_32 = 4_294_967_296;

/** Returns `(uint64(hash) * total) >> 32` exactly for every total below 2^37: no product here reaches 2^53. */
export function multiplyShift(hash: number, total: number): number {
  return Math.floor(((hash >>> 16) * total + Math.floor(((hash & 0xffff) * total) / 65_536)) / 65_536);
}
