import { isWithin } from "../../ops/clock.ts";

/** A stream writes at least this often, before the 30 s of silence after which proxies end a connection (ms). */
export const KEEP_ALIVE_MS = 20_000;

/** One stream's slot in its isolate. */
export interface StreamSlot {
  /** Reports that the stream is alive and about to write. Returns false if the slot was given to another stream. */
  renew(): boolean;
  /** Gives the slot back. May be called again. */
  free(): void;
}

/** Limits the number of streams in one isolate. */
export class StreamSlots {
  readonly #max: number;
  readonly #lostAfterMs: number;
  readonly #now: () => number;
  /** Taken slots, the longest silent first. `heardAt` is in ms since epoch. */
  readonly #held = new Map<StreamSlot, { heardAt: number; onLost: () => void }>();

  /**
   * A stream that is silent for longer than `lostAfterMs` counts as dead: a request that the runtime cancels says
   * nothing.
   */
  constructor(max: number, lostAfterMs: number, now: () => number) {
    this.#max = max;
    this.#lostAfterMs = lostAfterMs;
    this.#now = now;
  }

  get open(): number {
    return this.#held.size;
  }

  /**
   * Takes a slot; returns `undefined` if all are taken. `onLost` cleans up if the stream dies without giving it back.
   */
  take(onLost: () => void): StreamSlot | undefined {
    this.#dropLost();
    if (this.#held.size >= this.#max) return undefined;
    const slot: StreamSlot = {
      renew: () => {
        // Deleting it first moves it to the end.
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
      // A time in the future is from before the clock was set back. Such a stream may be alive, so it ends last.
      const isSpared = heardAt > now && this.#held.size < this.#max;
      if (isSpared || isWithin(heardAt, this.#lostAfterMs + 1, now)) return;
      slot.free();
      onLost();
    }
  }
}
