import { MemoryTier, type MemoryTierOptions } from "../../../src/cache/memory-tier.ts";
import { FakeClock } from "../fake-clock.ts";

/** Creates a large L1 without jitter. `clock` is its time. */
export function aMemoryTier<V>(
  overrides: Partial<MemoryTierOptions<V>> = {},
  clock = new FakeClock(),
): { tier: MemoryTier<V>; clock: FakeClock } {
  const tier = new MemoryTier<V>({
    maxEntries: 10_000,
    maxBytes: 10_000_000,
    ttlMs: 60_000,
    absentTtlMs: 3000,
    now: clock.now,
    random: () => 0.5,
    sizeOf: (key, value) => key.length + JSON.stringify(value).length,
    ...overrides,
  });
  return { tier, clock };
}
