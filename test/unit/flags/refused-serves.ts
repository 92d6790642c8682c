import { type Refused, flag, rollout, withCondition } from "./flag-inputs.ts";

const served = (part: object) => ({ ...flag, default: { rollout: { ...rollout, ...part } } });

/** Flags that are refused for what they serve, and for their buckets. */
export const refusedServes: readonly Refused[] = [
  ["an error that no flag serves", { ...flag, default: { error: "FLAG_NOT_FOUND" } }, "/default/error", /PARSE_ERROR/],
  ["a list as variant", { ...flag, default: { variant: ["on"] } }, "/default/variant", /name of a variant, or null/],
  ["an error as a sample", { ...flag, kind: "sample", default: { error: "GENERAL" } }, "/default", /must be a draw/],
  ["an error as a switch", { ...flag, kind: "switch", default: { error: "GENERAL" } }, "/default", /must be a variant/],
  ["an unknown hash scheme", served({ hash: "sha-0" }), "/default/rollout/hash", /murmur3-mulshift, unleash-1/],
  [
    "another total of the native hash",
    served({ total: 100 }),
    "/default/rollout/total",
    /must be 100000 for the hash mur/,
  ],
  [
    "no total where it is fixed",
    served({ hash: "unleash-1" }),
    "/default/rollout/total",
    /must be 100 for the hash unl/,
  ],
  ["a total of 0", served({ hash: "flagd-2", total: 0 }), "/default/rollout/total", /1 to 4294967296/],
  [
    "a default over another total",
    served({ hash: "unleash-1", total: 100, weights: [["on", 101]] }),
    "/default/rollout/weights",
    /must sum to exactly 100, but sum to 101/,
  ],
  [
    "a salt that cannot seed a hash",
    served({ hash: "split-1", total: 100, salt: "f", weights: [["on", 100]] }),
    "/default/rollout/salt",
    /text of a whole number for the hash split-1/,
  ],
  [
    "no salt to seed a hash",
    served({ hash: "vercel-1" }),
    "/default/rollout/salt",
    /whole number for the hash vercel-1/,
  ],
  [
    "an unknown treatment of missing keys",
    served({ onMissingKey: "guess" }),
    "/default/rollout/onMissingKey",
    /skip, default, error, random/,
  ],
  [
    "a bucket range past the total",
    withCondition({ bucket: { by: ["a"], salt: "s", hash: "unleash-1", total: 100, ranges: [[0, 101]] } }),
    "/rules/0/when/bucket/ranges/0/1",
    /must not exceed the total, 100/,
  ],
  [
    "a bucket condition with another total than its hash",
    withCondition({ bucket: { by: ["a"], salt: "s", hash: "growthbook-2", ranges: [[0, 10]] } }),
    "/rules/0/when/bucket/total",
    /must be 10000 for the hash growthbook-2/,
  ],
];
