import type { CompiledFlag } from "../../evaluation/types.ts";
import type { FlagSet } from "../read/flag-set.ts";

/** The part of a key's flags that its streams follow. */
export type Visibility = "all" | "clientVisible";

/** While a ramp runs, a stream announces its progress this often (ms). */
const RAMP_STEP_MS = 60_000;

/** The times at which flags of one environment version change by themselves. It outlives the flags in L1. */
export interface FlagSchedule {
  version: number;
  all: Boundaries;
  clientVisible: Boundaries;
}

export function scheduleOf({ all, clientVisible }: FlagSet, version: number): FlagSchedule {
  return { version, all: new Boundaries(all), clientVisible: new Boundaries(clientVisible) };
}

/** The boundaries of several flags. It keeps the last span between two of them, because most callers ask about that. */
class Boundaries {
  readonly #flags: readonly CompiledFlag["nextBoundary"][];
  #span = { from: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY, isRamping: false };

  constructor(flags: readonly CompiledFlag[]) {
    this.#flags = flags
      .map(({ nextBoundary }) => nextBoundary)
      .filter((next) => next(Number.NEGATIVE_INFINITY) !== undefined);
  }

  /** Returns the first time after `seenAt` to announce a change at (ms since epoch); `Infinity` if there is none. */
  after(seenAt: number): number {
    const { from, until } = this.#span;
    if (seenAt < from || seenAt >= until) this.#span = this.#spanAt(seenAt);
    return this.#span.isRamping ? Math.min(seenAt + RAMP_STEP_MS, this.#span.until) : this.#span.until;
  }

  #spanAt(at: number): { from: number; until: number; isRamping: boolean } {
    let until = Number.POSITIVE_INFINITY;
    let isRamping = false;
    for (const next of this.#flags) {
      until = Math.min(until, next(at, Number.POSITIVE_INFINITY) ?? Number.POSITIVE_INFINITY);
      isRamping ||= next(at) === at;
    }
    return { from: at, until, isRamping };
  }
}
