import { NO_BUCKET } from "../no-bucket.ts";
import { xxHash32 } from "js-xxhash";
import { crc32, fnv1a, fnv1aOfUnits } from "./checksums.ts";
import { nonEmptyText, scalar, anyText, truthyScalar } from "./keys.ts";
import type { Scheme } from "./scheme.ts";

/**
 * GrowthBook 1: `fnv1a(value + seed) % 1000`, which the system divides by 1,000. A cut is the first number whose
 * quotient is not below the bound, or above it for a coverage, which is inclusive.
 */
function growthbook1(hash: (text: string) => number): Scheme {
  return (salt, total) => (value) => {
    const key = truthyScalar(value);
    return key === undefined ? NO_BUCKET : hash(key + salt) % total;
  };
}

/** GrowthBook 2: `fnv1a(decimal(fnv1a(seed + value))) % 10000`. Cuts are those of GrowthBook 1, out of 10,000. */
function growthbook2(hash: (text: string) => number): Scheme {
  return (salt, total) => (value) => {
    const key = truthyScalar(value);
    return key === undefined ? NO_BUCKET : hash(String(hash(salt + key))) % total;
  };
}

/** Flipt's variants: `crc32(flag + id) % 1000`, compared with `<`. */
const fliptVariant: Scheme = (salt, total) => (value) => {
  const key = anyText(value);
  return key === undefined ? NO_BUCKET : crc32(salt + key) % total;
};

/** Flipt's thresholds: `crc32(id + flag) % 100`, compared with `<`. */
const fliptThreshold: Scheme = (salt, total) => (value) => {
  const key = anyText(value);
  return key === undefined ? NO_BUCKET : crc32(key + salt) % total;
};

/** GO Feature Flag: `fnv1a(flag + key)` modulo the sum of the percentages times 1,000. */
const goFeatureFlag: Scheme = (salt, total) => (value) => {
  const key = nonEmptyText(value);
  return key === undefined ? NO_BUCKET : fnv1a(salt + key) % total;
};

/** Vercel: the hash itself. A cut is `floor(share * 2^32)`. */
const vercel: Scheme = (salt) => {
  const seed = Number(salt);
  return (value) => {
    const key = anyText(value);
    return key === undefined ? NO_BUCKET : xxHash32(key, seed);
  };
};

/** The CRC-32 of `salt:value`, modulo the total. */
const plainCrc32: Scheme = (salt, total) => (value) => {
  const key = scalar(value);
  return key === undefined ? NO_BUCKET : crc32(`${salt}:${key}`) % total;
};

export const CHECKSUM_FAMILY = {
  "growthbook-1": growthbook1(fnv1aOfUnits),
  "growthbook-2": growthbook2(fnv1aOfUnits),
  "growthbook-utf-8-1": growthbook1(fnv1a),
  "growthbook-utf-8-2": growthbook2(fnv1a),
  "flipt-variant-1": fliptVariant,
  "flipt-threshold-1": fliptThreshold,
  "go-feature-flag-1": goFeatureFlag,
  "vercel-1": vercel,
  "crc32-1": plainCrc32,
};
