import { UnderWay, type UnderWayStats } from "./under-way.ts";

/** Every endpoint counts at least these. */
export interface RequestCounts {
  /** HTTP requests, including those that a fault swallowed. */
  requests: number;
  /** Requests that a fault hit. */
  faulted: number;
}

/** The counters of one endpoint, and the requests that it has under way. */
export class Counters<Counts extends RequestCounts> {
  counts: Counts;
  readonly underWay = new UnderWay();
  readonly #zero: () => Counts;
  readonly #onReset: () => void;

  /**
   * @param zero returns counts that are all 0
   * @param onReset called with each reset, to forget more than the counts
   */
  constructor(zero: () => Counts, onReset = (): void => {}) {
    this.#zero = zero;
    this.#onReset = onReset;
    this.counts = zero();
  }

  /** Returns a copy of the counts. */
  stats(): Counts & { underWay: UnderWayStats } {
    return { ...structuredClone(this.counts), underWay: this.underWay.stats() };
  }

  reset(): void {
    this.counts = this.#zero();
    this.underWay.reset();
    this.#onReset();
  }
}
