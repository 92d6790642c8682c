import type { Rollout } from "./contract.ts";

/** The name of a hash scheme. */
export type Hash = NonNullable<Rollout["hash"]>;

const SCHEME_TEXTS: Record<Hash, string> = {
  "murmur3-mulshift": "Burgee",
  "unleash-1": "Unleash rollouts",
  "unleash-low-byte-1": "Unleash rollouts in Node.js",
  "unleash-variant-1": "Unleash variants",
  "unleash-variant-low-byte-1": "Unleash variants in Node.js",
  "launchdarkly-1": "LaunchDarkly",
  "growthbook-1": "GrowthBook, version 1",
  "growthbook-2": "GrowthBook, version 2",
  "growthbook-utf-8-1": "GrowthBook, version 1, in SDKs that hash UTF-8",
  "growthbook-utf-8-2": "GrowthBook, version 2, in SDKs that hash UTF-8",
  "flagd-1": "flagd before 0.15",
  "flagd-utf-16-1": "flagd before 0.15, in JavaScript",
  "flagd-2": "flagd from 0.15",
  "flagd-utf-16-2": "flagd from 0.15, in JavaScript",
  "flagd-3": "flagd with CBOR, explicit value",
  "flagd-key-3": "flagd with CBOR, targeting key",
  "flagsmith-1": "Flagsmith",
  "configcat-1": "ConfigCat",
  "posthog-1": "PostHog rollouts",
  "posthog-variant-1": "PostHog variants",
  "eppo-1": "Eppo and Datadog",
  "split-1": "Split and Harness",
  "featurevisor-1": "Featurevisor",
  "microsoft-1": "Microsoft FeatureManagement",
  "flipt-variant-1": "Flipt distributions",
  "flipt-threshold-1": "Flipt thresholds",
  "go-feature-flag-1": "GO Feature Flag",
  "vercel-1": "Vercel Flags",
  "statsig-1": "Statsig",
  "devcycle-1": "DevCycle distributions",
  "devcycle-rollout-1": "DevCycle rollouts",
  "devcycle-ascii-1": "DevCycle distributions in Node.js",
  "devcycle-rollout-ascii-1": "DevCycle rollouts in Node.js",
  "optimizely-1": "Optimizely",
  "md5-1": "own code with MD5",
  "crc32-1": "own code with CRC-32",
};

/** Returns the system whose buckets a hash scheme reproduces. */
export function schemeText(hash: Hash): string {
  return SCHEME_TEXTS[hash];
}

/** Returns a remark about the hash of another system, or nothing for the hash of flags that begin here. */
export function schemeRemark(hash: Hash | undefined): string[] {
  return hash === undefined || hash === "murmur3-mulshift" ? [] : [`hash of ${schemeText(hash)}`];
}

/** Returns remarks in brackets, to follow a text. */
export function bracketed(remarks: readonly string[]): string {
  return remarks.length === 0 ? "" : ` (${remarks.join(", ")})`;
}
