/** Samples of the cache statistics, and rates between two samples. All counts belong to one isolate. */
import type { CacheStatistics } from "../../../../sdk/client/contract.ts";

/** Ten minutes, at one sample every two seconds. */
export const MAX_SAMPLES = 300;

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number;
  statistics: CacheStatistics;
}

/** The samples of each isolate; the isolate that responded last is first. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

export function addSample(samples: Samples, sample: Sample): Samples {
  const { isolate } = sample.statistics;
  const own = [...(samples.get(isolate) ?? []), sample].slice(-MAX_SAMPLES);
  const others = [...samples].filter(([id]) => id !== isolate).slice(0, 9);
  return new Map([[isolate, own], ...others]);
}

export interface Point {
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
}

/** Returns the share of hits, from 0 to 1, between each two samples. Leaves out times without a lookup. */
export function hitRates(samples: readonly Sample[], tier: "l1" | "l2"): Point[] {
  return pairwise(samples, (before, after) => {
    const [from, to] = [countsOf(before, tier), countsOf(after, tier)];
    if (from === undefined || to === undefined) return undefined;
    const [hits, misses] = [to.hits - from.hits, to.misses - from.misses];
    return hits + misses > 0 ? hits / (hits + misses) : undefined;
  });
}

/** Returns the round trips per second between each two samples. */
export function roundTripRates(samples: readonly Sample[], tier: "l2" | "l3"): Point[] {
  return pairwise(samples, (before, after) => {
    const count = readsOf(after, tier) - readsOf(before, tier);
    return (count * 1000) / Math.max(1, after.at - before.at);
  });
}

function pairwise(samples: readonly Sample[], valueOf: (before: Sample, after: Sample) => number | undefined): Point[] {
  return samples.slice(1).flatMap((after, i) => {
    const before = samples[i];
    const value = before === undefined ? undefined : valueOf(before, after);
    return value === undefined ? [] : [{ at: after.at, value }];
  });
}

function countsOf({ statistics }: Sample, tier: "l1" | "l2"): { hits: number; misses: number } | undefined {
  const measured = statistics.tiers[tier];
  return measured !== null && "hits" in measured ? measured : undefined;
}

function readsOf({ statistics }: Sample, tier: "l2" | "l3"): number {
  const { ok, missing, failed } = statistics.reads[tier];
  return ok + missing + failed;
}

/** Returns the latest head of each isolate that responded. */
export function headsSeen(
  samples: Samples,
): { isolate: string; dataCentre: string | null; head: number; at: number }[] {
  return [...samples].flatMap(([isolate, own]) => {
    const last = own.at(-1);
    if (last === undefined) return [];
    return [{ isolate, dataCentre: last.statistics.dataCentre, head: last.statistics.head.l1, at: last.at }];
  });
}
