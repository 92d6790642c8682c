import type { JsonValue } from "../../../flags/document.ts";

/** Returns the bucket of a value, a whole number from 0 to `total - 1`, or NO_BUCKET. */
export type BucketOfValue = (value: JsonValue | undefined) => number;

/**
 * Does the work that depends on the salt once. Every call makes a closure of the scheme's own family. HASH_SPACES says
 * which salts and totals a scheme accepts.
 */
export type Scheme = (salt: string, total: number) => BucketOfValue;

/** Returns `(uint64(hash) * total) >> 32` exactly for every total below 2^37: no product here reaches 2^53. */
export function multiplyShift(hash: number, total: number): number {
  return Math.floor(((hash >>> 16) * total + Math.floor(((hash & 0xffff) * total) / 65_536)) / 65_536);
}
