/** Statistics of a cache, asked again and again: what happened between two answers. Counts are those of one isolate. */
import type { CacheStatistics } from "../../../../sdk/client/contract.ts";

/** Kept: ten minutes at one every two seconds. */
export const MAX_SAMPLES = 300;

export interface Sample {
  /** ms since epoch. */
  at: number;
  statistics: CacheStatistics;
}

/** Each isolate's samples, the one that answered last first. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

export function addSample(samples: Samples, sample: Sample): Samples {
  const { isolate } = sample.statistics;
  const own = [...(samples.get(isolate) ?? []), sample].slice(-MAX_SAMPLES);
  const others = [...samples].filter(([id]) => id !== isolate).slice(0, 9);
  return new Map([[isolate, own], ...others]);
}

export interface Point {
  /** ms since epoch. */
  at: number;
  value: number;
}

/** Share of lookups that were hits since the sample before, 0 … 1; nothing where nobody looked anything up. */
export function hitRates(samples: readonly Sample[], tier: "l1" | "l2"): Point[] {
  return between(samples, (before, after) => {
    const [from, to] = [countsOf(before, tier), countsOf(after, tier)];
    if (from === undefined || to === undefined) return undefined;
    const [hits, misses] = [to.hits - from.hits, to.misses - from.misses];
    return hits + misses > 0 ? hits / (hits + misses) : undefined;
  });
}

/** Round trips per second since the sample before. */
export function roundTripRates(samples: readonly Sample[], tier: "l2" | "l3"): Point[] {
  return between(samples, (before, after) => {
    const count = readsOf(after, tier) - readsOf(before, tier);
    return (count * 1000) / Math.max(1, after.at - before.at);
  });
}

function between(samples: readonly Sample[], valueOf: (before: Sample, after: Sample) => number | undefined): Point[] {
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

/** The heads that were seen, one row for each isolate that answered. */
export function headsSeen(
  samples: Samples,
): { isolate: string; dataCentre: string | null; head: number; at: number }[] {
  return [...samples].flatMap(([isolate, own]) => {
    const last = own.at(-1);
    if (last === undefined) return [];
    return [{ isolate, dataCentre: last.statistics.dataCentre, head: last.statistics.head.l1, at: last.at }];
  });
}
