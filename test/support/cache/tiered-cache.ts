import type { MemoryTierOptions } from "../../../src/cache/memory-tier.ts";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import type { FakeClock } from "../fake-clock.ts";
import { aMemoryTier } from "./memory-tier.ts";

/** Stands for a compiled document. */
export interface Compiled {
  document: FlagDocument;
  text: string | undefined;
}

/** Creates the tiers of one isolate: a new L1 over the given L2. */
export function anIsolate(
  l2: RedisTier | undefined,
  clock: FakeClock,
  l1: Partial<MemoryTierOptions<Compiled>> = {},
): TieredCache<Compiled> & { compiled: string[] } {
  const compiled: string[] = [];
  const cache = new TieredCache<Compiled>({
    l1: aMemoryTier<Compiled>(l1, clock).tier,
    l2,
    compile: (document, text) => {
      compiled.push(document.key);
      return { document, text };
    },
    documentOf: (value) => value.document,
    versionOf: (value) => value.document.version,
    now: clock.now,
  });
  return Object.assign(cache, { compiled });
}
