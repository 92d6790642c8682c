/** Counts calls of one kind: in all, by name, and in each second of the simulation. */
export class Meter {
  readonly #startAt: number;
  readonly #seconds: Uint32Array;
  readonly byName = new Map<string, number>();
  total = 0;
  /** Calls whose response came too late or was an error. */
  failed = 0;
  /** The text of all replies (characters). */
  chars = 0;

  constructor(startAt: number, seconds: number) {
    this.#startAt = startAt;
    this.#seconds = new Uint32Array(Math.max(1, Math.ceil(seconds)));
  }

  count(name: string, now: number): void {
    this.total += 1;
    this.byName.set(name, (this.byName.get(name) ?? 0) + 1);
    const second = Math.floor((now - this.#startAt) / 1000);
    if (second >= 0 && second < this.#seconds.length) this.#seconds[second]! += 1;
  }

  /** Returns the calls in each second. */
  get perSecond(): Uint32Array {
    return this.#seconds;
  }
}

/** How often entries of the data centres' caches were looked for, found and stored, by kind. */
export type CacheCounts = Record<string, { hits: number; misses: number; puts: number }>;
