/** A stream's place among those of one isolate. */
export interface StreamSlot {
  /** Says that the stream is alive: it is about to write. False: the place was given away. */
  renew(): boolean;
  /** Repeatable. */
  free(): void;
}

/** Bounds how many streams one isolate holds. */
export class StreamSlots {
  readonly #max: number;
  readonly #lostAfterMs: number;
  readonly #now: () => number;
  /** Held ones, the longest silent first. `heardAt`: ms since epoch. */
  readonly #held = new Map<StreamSlot, { heardAt: number; onLost: () => void }>();

  /** `lostAfterMs`: who is silent for longer has died without a word, as a request that the runtime cancels may. */
  constructor(max: number, lostAfterMs: number, now: () => number) {
    this.#max = max;
    this.#lostAfterMs = lostAfterMs;
    this.#now = now;
  }

  get open(): number {
    return this.#held.size;
  }

  /** Undefined: there are as many as there may be. `onLost`: tidies up what a dead stream has left. */
  take(onLost: () => void): StreamSlot | undefined {
    this.#dropLost();
    if (this.#held.size >= this.#max) return undefined;
    const slot: StreamSlot = {
      renew: () => {
        // Deleted first, so that it moves to the end.
        const isHeld = this.#held.delete(slot);
        if (isHeld) this.#held.set(slot, { heardAt: this.#now(), onLost });
        return isHeld;
      },
      free: () => void this.#held.delete(slot),
    };
    this.#held.set(slot, { heardAt: this.#now(), onLost });
    return slot;
  }

  #dropLost(): void {
    const now = this.#now();
    for (const [slot, { heardAt, onLost }] of this.#held) {
      if (now - heardAt <= this.#lostAfterMs) return;
      slot.free();
      onLost();
    }
  }
}
