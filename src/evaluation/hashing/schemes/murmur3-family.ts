import { NO_BUCKET } from "../no-bucket.ts";
import { hashState } from "../murmur3.ts";
import { cborOf, cborOfPair } from "./cbor.ts";
import { nonEmptyText, scalar, scalarOrEmpty, anyText, trimmedText } from "./keys.ts";
import { murmur3OfBytes, murmur3OfLowBytes, murmur3OfUnits, unsignedMurmur3 } from "./murmur3-of-units.ts";
import { type BucketOfValue, multiplyShift, type Scheme } from "./scheme.ts";

/**
 * Unleash: `murmur3(groupId + ":" + id, seed) % total + 1`, compared with `<=`. The bucket is one less, so a rollout of
 * 25 percent is the range from 0 to 25. Variants hash with a seed of their own; their total is the sum of the weights.
 */
function unleash(seed: number): Scheme {
  return (salt, total) => {
    const state = hashState(`${salt}:`, seed);
    return (value) => {
      const key = scalar(value);
      return key === undefined ? NO_BUCKET : unsignedMurmur3(state, key) % total;
    };
  };
}

/** As {@link unleash}, for the SDKs that hash the low byte of each UTF-16 unit (Node.js). */
function unleashLowByte(seed: number): Scheme {
  return (salt, total) => (value) => {
    const key = scalar(value);
    return key === undefined ? NO_BUCKET : murmur3OfLowBytes(`${salt}:${key}`, seed) % total;
  };
}

const UNLEASH_VARIANT_SEED = 86_028_157;

/**
 * The text that flagd 1 and 2 hash. `cat` with a salt takes text, numbers and booleans. A value that stands alone must
 * be text, and then the empty text counts too.
 */
function flagdKey(salt: string): (value: Parameters<BucketOfValue>[0]) => string | undefined {
  return salt === "" ? anyText : scalar;
}

/** flagd 1: `abs(int32(hash))`, from 0 to 2^31. A cut is the first number whose share the sum of weights excludes. */
function flagd1(hash: (text: string) => number): Scheme {
  return (salt) => {
    const keyOf = flagdKey(salt);
    return (value) => {
      const key = keyOf(value);
      return key === undefined ? NO_BUCKET : Math.abs(hash(salt + key) | 0);
    };
  };
}

/** flagd 2: `(uint64(hash) * total) >> 32`; the total is the sum of the weights. */
function flagd2(hash: (text: string) => number): Scheme {
  return (salt, total) => {
    const keyOf = flagdKey(salt);
    return (value) => {
      const key = keyOf(value);
      return key === undefined ? NO_BUCKET : multiplyShift(hash(salt + key), total);
    };
  };
}

const UNSEEDED = hashState("");
const utf8Hash = (key: string): number => unsignedMurmur3(UNSEEDED, key);

/** flagd 3: as flagd 2, over the deterministic CBOR of the value, or of the text that `cat` makes of salt and value. */
const flagd3: Scheme = (salt, total) => (value) => {
  const key = scalarOrEmpty(value);
  if (key === undefined) return NO_BUCKET;
  const hashed = salt === "" ? (value as string | number | boolean) : salt + key;
  return multiplyShift(murmur3OfBytes(cborOf(hashed)), total);
};

/** flagd 3 without an explicit value: over the CBOR list of the flag's key and the targeting key. */
const flagdKey3: Scheme = (salt, total) => (value) => {
  const key = nonEmptyText(value);
  return key === undefined ? NO_BUCKET : multiplyShift(murmur3OfBytes(cborOfPair(salt, key)), total);
};

/** Split and Harness: `murmur3(key, seed) % 100 + 1`, compared with `<=`. The bucket is one less. */
const split: Scheme = (salt, total) => {
  const state = hashState("", Number(salt));
  return (value) => {
    const key = trimmedText(value);
    return key === undefined ? NO_BUCKET : unsignedMurmur3(state, key) % total;
  };
};

const SEED_1 = hashState("", 1);

/**
 * Featurevisor: `floor(murmur3(id + "." + feature, 1) / 2^32 * 100000)`. A missing id is left out, with its point. A
 * percentage is inclusive, so the range of 25 percent ends at 25,001.
 */
const featurevisor: Scheme = (salt, total) => (value) => {
  const key = scalarOrEmpty(value);
  return multiplyShift(unsignedMurmur3(SEED_1, key === undefined ? salt : `${key}.${salt}`), total);
};

/** Optimizely: `floor(murmur3(id + experimentId, 1) / 2^32 * 10000)`, compared with `<`. */
const optimizely: Scheme = (salt, total) => (value) => {
  const key = anyText(value);
  return key === undefined ? NO_BUCKET : multiplyShift(unsignedMurmur3(SEED_1, key + salt), total);
};

/**
 * DevCycle: the hash itself, seeded with the hash of the target's id. The system divides it by 2^32 - 1: a cut is the
 * first number whose quotient is not below the share, or above it for a rollout, which is inclusive. `suffix` separates
 * the rollout from the distribution. A missing key is the text "null".
 */
function devcycle(suffix: string, ascii: (text: string) => string): Scheme {
  return (salt) => {
    const state = hashState("", unsignedMurmur3(SEED_1, ascii(salt)));
    return (value) => {
      const key = value === "" ? "" : (scalar(value) ?? "null");
      return unsignedMurmur3(state, ascii(key) + suffix);
    };
  };
}

const asIs = (key: string): string => key;

/** DevCycle's WebAssembly hashes each UTF-16 unit beyond ASCII as a backslash. */
const backslashed = (key: string): string => key.replace(/[^\0-\x7f]/g, "\\");

export const MURMUR3_FAMILY = {
  "unleash-1": unleash(0),
  "unleash-low-byte-1": unleashLowByte(0),
  "unleash-variant-1": unleash(UNLEASH_VARIANT_SEED),
  "unleash-variant-low-byte-1": unleashLowByte(UNLEASH_VARIANT_SEED),
  "flagd-1": flagd1(utf8Hash),
  "flagd-utf-16-1": flagd1(murmur3OfUnits),
  "flagd-2": flagd2(utf8Hash),
  "flagd-utf-16-2": flagd2(murmur3OfUnits),
  "flagd-3": flagd3,
  "flagd-key-3": flagdKey3,
  "split-1": split,
  "featurevisor-1": featurevisor,
  "optimizely-1": optimizely,
  "devcycle-1": devcycle("", asIs),
  "devcycle-rollout-1": devcycle("_rollout", asIs),
  "devcycle-ascii-1": devcycle("", backslashed),
  "devcycle-rollout-ascii-1": devcycle("_rollout", backslashed),
};
