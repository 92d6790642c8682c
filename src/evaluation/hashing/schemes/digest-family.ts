import { NO_BUCKET } from "../no-bucket.ts";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "./checksums.ts";
import { bucketOfFraction, fractionOf60Bits, littleEndianWord, modulo, word } from "./digests.ts";
import { nonEmptyText, scalar, scalarOrEmpty, scalarOrTexts, textOrWholeNumber, truthyScalar } from "./keys.ts";
import type { Scheme } from "./scheme.ts";

/**
 * LaunchDarkly: the fraction `sha1(salt + "." + value)`, compared with sums of weights of 100,000. The salt is the
 * seed, or `key.salt`. A value that is neither text nor a whole number is in bucket 0. Weights stay as they are.
 */
const launchdarkly: Scheme = (salt, total) => (value) => {
  const key = textOrWholeNumber(value);
  return key === undefined ? 0 : bucketOfFraction(fractionOf60Bits(sha1(utf8(`${salt}.${key}`))), total);
};

/**
 * PostHog: the fraction `sha1(key + "." + id + suffix)`. With a total of 100,000, a percent is 1,000. The system's
 * rollouts include the bound, which only a fraction that equals it to the 53rd bit can show.
 */
function posthog(suffix: string): Scheme {
  return (salt, total) => (value) => {
    const key = scalarOrEmpty(value);
    if (key === undefined) return NO_BUCKET;
    return bucketOfFraction(fractionOf60Bits(sha1(utf8(`${salt}.${key}${suffix}`))), total);
  };
}

/** ConfigCat: the first seven digits of `sha1(key + value)`, modulo 100. Percentages stay as they are. */
const configcat: Scheme = (salt, total) => (value) => {
  const key = scalarOrTexts(value);
  return key === undefined ? NO_BUCKET : (word(sha1(utf8(salt + key)), 0) >>> 4) % total;
};

/** Eppo and Datadog: the first eight digits of `md5(salt + "-" + key)`, modulo `totalShards`. */
const eppo: Scheme = (salt, total) => (value) => {
  const key = nonEmptyText(value);
  return key === undefined ? NO_BUCKET : word(md5(utf8(`${salt}-${key}`)), 0) % total;
};

/**
 * Flagsmith: `md5(salt + value)` modulo 9,999, where 9,998 hashes the text once more, joined to itself by a comma. The
 * salt is `featureKey,environmentKey_` for an identifier, or `segmentKey,` for a trait. The system multiplies by
 * 100 / 9998: a cut is the first number that is not below the percentage, or above it for a split, which is inclusive.
 */
const flagsmith: Scheme = (salt) => (value) => {
  const key = truthyScalar(value);
  if (key === undefined) return NO_BUCKET;
  const once = salt + key;
  let joined = once;
  let bucket = modulo(md5(utf8(joined)), 16, 9999);
  while (bucket === 9998) {
    joined += `,${once}`;
    bucket = modulo(md5(utf8(joined)), 16, 9999);
  }
  return bucket;
};

/**
 * Microsoft: the first four bytes of `sha256(id + "\n" + hint)`, little-endian. The system divides by 2^32 - 1: a cut
 * is the first number that is not below the percentage, and 2^32 for 100. A missing id is the empty text.
 */
const microsoft: Scheme = (salt) => (value) =>
  littleEndianWord(sha256(utf8(`${scalarOrEmpty(value) ?? ""}\n${salt}`)), 0);

/**
 * Statsig: the first eight bytes of `sha256(salt + "." + id)`, modulo 10,000 for a pass percentage with the salt
 * `salt.ruleSalt`, or modulo 1,000 for the condition `user_bucket`. A missing id is the empty text.
 */
const statsig: Scheme = (salt, total) => (value) =>
  modulo(sha256(utf8(`${salt}.${scalarOrEmpty(value) ?? ""}`)), 8, total);

/** The whole md5 of `salt:value`, as a number, modulo the total. */
const plainMd5: Scheme = (salt, total) => (value) => {
  const key = scalar(value);
  return key === undefined ? NO_BUCKET : modulo(md5(utf8(`${salt}:${key}`)), 16, total);
};

export const DIGEST_FAMILY = {
  "launchdarkly-1": launchdarkly,
  "posthog-1": posthog(""),
  "posthog-variant-1": posthog("variant"),
  "configcat-1": configcat,
  "eppo-1": eppo,
  "flagsmith-1": flagsmith,
  "microsoft-1": microsoft,
  "statsig-1": statsig,
  "md5-1": plainMd5,
};
