import { percentilesOf } from "../judge/propagation.ts";
import type { Calls } from "../result.ts";

/** A change can cause calls for this long (seconds). */
const AFTER_CHANGE_SECONDS = 5;

/** Calls per second. */
export interface Rates {
  mean: number;
  p99: number;
  peak: number;
  /** The busiest second of the five after a change: for half of the changes, and for the worst. */
  afterChangeP50: number;
  afterChangePeak: number;
}

export function ratesOf({ total, perSecond }: Calls, changedAt: readonly number[]): Rates {
  const seconds = percentilesOf(perSecond);
  const peaks = percentilesOf(
    changedAt.map((at) => {
      const first = Math.floor(at);
      return Math.max(0, ...perSecond.slice(first, first + AFTER_CHANGE_SECONDS));
    }),
  );
  return {
    mean: total / perSecond.length,
    p99: seconds.p99,
    peak: seconds.max,
    afterChangeP50: peaks.p50,
    afterChangePeak: peaks.max,
  };
}

/** Returns the mean and the peak per second in equal parts of the simulation. */
export function overTime({ perSecond }: Calls, parts: number): { mean: number; peak: number }[] {
  const length = perSecond.length / parts;
  return Array.from({ length: parts }, (_, i) => {
    const part = perSecond.slice(Math.round(i * length), Math.round((i + 1) * length));
    return { mean: part.reduce((sum, count) => sum + count, 0) / part.length, peak: Math.max(0, ...part) };
  });
}
