import { seededRandom } from "../seeded-random.ts";

/** Draws parts of flags and contexts. The same seed gives the same ones. */
export interface Draws {
  /** Returns a number from 0, below 1. */
  number: () => number;
  /** Returns a whole number from 0, below `end`. */
  below: (end: number) => number;
  happens: (probability: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  picks: <T>(from: readonly T[], count: number) => T[];
  /** Makes up to `max` things, and at least `min`. */
  some: <T>(min: number, max: number, make: () => T) => T[];
}

export function drawsOf(seed: number): Draws {
  const number = seededRandom(seed);
  const below = (end: number): number => Math.floor(number() * end);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  return {
    number,
    below,
    happens: (probability) => number() < probability,
    pick,
    picks: (from, count) => Array.from({ length: count }, () => pick(from)),
    some: (min, max, make) => Array.from({ length: min + below(max - min + 1) }, make),
  };
}
