import { exponential, type Random, seededRandom, uniform } from "../engine/random.ts";
import type { Place } from "./cities.ts";
import type { Network } from "./network.ts";

/** When a write becomes visible at a replica. */
export interface ReplicaLag {
  /** Returns a time in ms since epoch. */
  visibleAt(primary: Place, replica: Place, writtenAt: number): number;
}

/** Every replica has each write at once. */
export const NO_LAG: ReplicaLag = { visibleAt: (_primary, _replica, writtenAt) => writtenAt };

export interface LagOptions {
  network: Network;
  seed: number;
  /** The time in the queues of the primary and of the replica, on average (ms). */
  queueMs: number;
  /** A replica stalls once in this time, on average (ms). */
  stallEveryMs: number;
  /** No stall is longer than this (ms). Their lengths are uniform. */
  longestStallMs: number;
}

/** Writes take the way to the replica and wait in queues, usually tens of ms. Now and then a replica stalls. */
export class StallingLag implements ReplicaLag {
  readonly #options: LagOptions;
  readonly #replicas = new Map<Place, { random: Random; stall: { from: number; until: number } }>();

  constructor(options: LagOptions) {
    this.#options = options;
  }

  visibleAt(primary: Place, replica: Place, writtenAt: number): number {
    const { network, seed, queueMs, stallEveryMs, longestStallMs } = this.#options;
    let known = this.#replicas.get(replica);
    if (known === undefined) {
      const random = seededRandom(seed, `lag ${replica.name}`);
      known = { random, stall: { from: writtenAt, until: writtenAt } };
      this.#replicas.set(replica, known);
    }
    const arrivesAt = writtenAt + network.oneWay(primary, replica) + exponential(known.random, queueMs);
    while (known.stall.until < arrivesAt) {
      const from = known.stall.until + exponential(known.random, stallEveryMs);
      known.stall = { from, until: from + uniform(known.random, 0.1, 1) * longestStallMs };
    }
    return arrivesAt < known.stall.from ? arrivesAt : known.stall.until;
  }
}
