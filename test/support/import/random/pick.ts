import { seededRandom } from "../../seeded-random.ts";

/** Draws for the differential tests of importers. The same seed gives the same flags and contexts. */
export interface Draws {
  below: (end: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  list: <T>(atMost: number, make: () => T) => T[];
}

export function drawsOf(seed: number): Draws {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  return {
    below,
    chance: (share) => random() < share,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    list: (atMost, make) => Array.from({ length: 1 + below(atMost) }, make),
  };
}
