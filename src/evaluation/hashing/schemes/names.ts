/**
 * The names of the hash schemes that reproduce other systems' buckets. A scheme never changes: a system that changes
 * its formula gets a further name with a higher number. A system whose SDKs hash other bytes for the same text has one
 * name for each encoding; the name without an encoding is UTF-8, except for GrowthBook, whose JavaScript came first.
 * Exported for the conformance vectors.
 */
export const SCHEME_NAMES = [
  "unleash-1",
  "unleash-low-byte-1",
  "unleash-variant-1",
  "unleash-variant-low-byte-1",
  "launchdarkly-1",
  "growthbook-1",
  "growthbook-2",
  "growthbook-utf-8-1",
  "growthbook-utf-8-2",
  "flagd-1",
  "flagd-utf-16-1",
  "flagd-2",
  "flagd-utf-16-2",
  "flagd-3",
  "flagd-key-3",
  "flagsmith-1",
  "configcat-1",
  "posthog-1",
  "posthog-variant-1",
  "eppo-1",
  "split-1",
  "featurevisor-1",
  "microsoft-1",
  "flipt-variant-1",
  "flipt-threshold-1",
  "go-feature-flag-1",
  "vercel-1",
  "statsig-1",
  "devcycle-1",
  "devcycle-rollout-1",
  "devcycle-ascii-1",
  "devcycle-rollout-ascii-1",
  "optimizely-1",
  "md5-1",
  "crc32-1",
] as const;

export type SchemeName = (typeof SCHEME_NAMES)[number];
