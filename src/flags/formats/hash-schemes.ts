/**
 * The hash schemes as data: their names, and which salts and bucket spaces they accept. The functions are in
 * evaluation/hashing/. The first module imports only types from this one, which keeps the names out of it.
 */

/** The largest bucket space. The arithmetic of every scheme is exact up to it. */
export const MAX_TOTAL = 2 ** 32;

/** The pattern of a salt that seeds a hash. */
export const SEED_PATTERN = /^-?\d{1,10}$/;

export interface HashSpace {
  /** The only size of the bucket space. `undefined` if a flag may choose it. */
  total?: number;
  /** The salt is the text of a whole number, which seeds the hash. */
  saltIsSeed?: true;
}

/**
 * The schemes that reproduce other systems' buckets. A scheme never changes: a system that changes its formula gets a
 * further name with a higher number. A system whose SDKs hash other bytes for the same text has one name for each
 * encoding; the name without an encoding is UTF-8, except for GrowthBook, whose JavaScript came first.
 */
const FOREIGN = {
  "unleash-1": { total: 100 },
  "unleash-low-byte-1": { total: 100 },
  "unleash-variant-1": {},
  "unleash-variant-low-byte-1": {},
  "launchdarkly-1": { total: 100_000 },
  "growthbook-1": { total: 1000 },
  "growthbook-2": { total: 10_000 },
  "growthbook-utf-8-1": { total: 1000 },
  "growthbook-utf-8-2": { total: 10_000 },
  "flagd-1": { total: 2 ** 31 + 1 },
  "flagd-utf-16-1": { total: 2 ** 31 + 1 },
  "flagd-2": {},
  "flagd-utf-16-2": {},
  "flagd-3": {},
  "flagd-key-3": {},
  "flagsmith-1": { total: 9998 },
  "configcat-1": { total: 100 },
  "posthog-1": {},
  "posthog-variant-1": {},
  "eppo-1": {},
  "split-1": { total: 100, saltIsSeed: true },
  "featurevisor-1": { total: 100_000 },
  "microsoft-1": { total: 2 ** 32 },
  "flipt-variant-1": { total: 1000 },
  "flipt-threshold-1": { total: 100 },
  "go-feature-flag-1": {},
  "vercel-1": { total: 2 ** 32, saltIsSeed: true },
  "statsig-1": {},
  "devcycle-1": { total: 2 ** 32 },
  "devcycle-rollout-1": { total: 2 ** 32 },
  "devcycle-ascii-1": { total: 2 ** 32 },
  "devcycle-rollout-ascii-1": { total: 2 ** 32 },
  "optimizely-1": { total: 10_000 },
  "md5-1": {},
  "crc32-1": {},
} satisfies Record<string, HashSpace>;

export type SchemeName = keyof typeof FOREIGN;

/** The schemes of other systems. Exported for the tests of their published vectors. */
export const SCHEME_NAMES = Object.keys(FOREIGN) as SchemeName[];

/** The closed list of hash schemes. The first one is the default. */
export const HASH_SPACES: Record<SchemeName | "murmur3-mulshift", HashSpace> = {
  "murmur3-mulshift": { total: 100_000 },
  ...FOREIGN,
};

export const HASH_SCHEMES = Object.keys(HASH_SPACES) as (keyof typeof HASH_SPACES)[];
