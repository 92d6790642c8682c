import { describe, test } from "vitest";
import type { CacheStatistics } from "../../../sdk/client/contract.ts";
import {
  addSample,
  headsSeen,
  hitRates,
  MAX_SAMPLES,
  roundTripRates,
  type Sample,
  type Samples,
} from "../../../console/src/state/cache/cache-samples.ts";

const none = { hits: 0, misses: 0, size: 0, bytes: 0, evictions: 0, errors: 0, hitRate: 0 };

function aSample(
  at: number,
  counts: { hits?: number; misses?: number; l2Reads?: number; isolate?: string; head?: number },
): Sample {
  const { hits = 0, misses = 0, l2Reads = 0, isolate = "a", head = 1 } = counts;
  const statistics: CacheStatistics = {
    scope: "isolate",
    isolate,
    dataCentre: null,
    environment: "production",
    tiers: { l1: { ...none, hits, misses }, l2: null },
    total: none,
    reads: { l2: { ok: l2Reads, missing: 0, failed: 0 }, l3: { ok: 0, missing: 0, failed: 0 } },
    breakers: { redis: null, store: "closed" },
    head: { l1: head, l2: null, checkedSecondsAgo: 0 },
    outbox: { pending: 0 },
  };
  return { at, statistics };
}

const collect = (samples: Sample[]): Samples => samples.reduce(addSample, new Map() as Samples);

describe("samples of the cache", () => {
  test("the hit rate covers the time between two samples, with a gap without lookups", ({ expect }) => {
    const samples = [
      aSample(0, { hits: 100, misses: 100 }),
      aSample(2000, { hits: 103, misses: 101 }),
      aSample(4000, { hits: 103, misses: 101 }),
      aSample(6000, { hits: 104, misses: 101 }),
    ];
    expect(hitRates(samples, "l1")).toEqual([
      { at: 2000, value: 0.75 },
      { at: 6000, value: 1 },
    ]);
    expect(hitRates(samples, "l2")).toEqual([]);
  });

  test("round trips are counted per second", ({ expect }) => {
    const samples = [aSample(0, { l2Reads: 4 }), aSample(2000, { l2Reads: 10 })];
    expect(roundTripRates(samples, "l2")).toEqual([{ at: 2000, value: 3 }]);
    expect(roundTripRates(samples, "l3")).toEqual([{ at: 2000, value: 0 }]);
  });

  test("counts of two isolates are never subtracted from each other", ({ expect }) => {
    const samples = collect([
      aSample(0, { hits: 100, isolate: "a" }),
      aSample(2000, { hits: 5, isolate: "b", head: 2 }),
      aSample(4000, { hits: 101, isolate: "a", head: 3 }),
    ]);
    expect(hitRates(samples.get("a") ?? [], "l1")).toEqual([{ at: 4000, value: 1 }]);
    expect(headsSeen(samples).map(({ isolate, head }) => [isolate, head])).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });

  test("old samples and isolates are forgotten", ({ expect }) => {
    const many = collect(Array.from({ length: MAX_SAMPLES + 5 }, (_, at) => aSample(at, {})));
    expect(many.get("a")).toHaveLength(MAX_SAMPLES);
    const isolates = collect(Array.from({ length: 15 }, (_, at) => aSample(at, { isolate: `i${at}` })));
    expect([...isolates.keys()]).toEqual(["i14", "i13", "i12", "i11", "i10", "i9", "i8", "i7", "i6", "i5"]);
  });
});
