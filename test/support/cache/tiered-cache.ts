import type { MemoryTierOptions } from "../../../src/cache/memory-tier.ts";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import type { FakeClock } from "../fake-clock.ts";
import { aMemoryTier } from "./memory-tier.ts";

/** Stands for a compiled document. */
export interface Compiled {
  document: FlagDocument;
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
    compile: (document) => {
      compiled.push(document.key);
      return { document };
    },
    documentOf: (value) => value.document,
    now: clock.now,
  });
  return Object.assign(cache, { compiled });
}
