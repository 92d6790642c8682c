import type { Clock } from "../../src/ops/clock.ts";

/** A clock that stands still until a test moves it. Sleepers wake in the order of their time. */
export class FakeClock implements Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(now = 1_790_000_000_000) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  /** The number of current sleepers. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return settled();
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });
  }

  /** Moves the time on, wakes the sleepers whose time has come, and lets the code after each sleep run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#sleepers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /** Sets the time back, as a correction of the system's clock does. Timers are not affected by one. */
  setBack(ms: number): void {
    this.#now -= ms;
    for (const sleeper of this.#sleepers) sleeper.at -= ms;
  }

  /** Resolves once there is a sleeper that would wake within `ms`. */
  async waitedOn(ms: number): Promise<void> {
    while (!this.#sleepers.some(({ at }) => at <= this.#now + ms)) await settled();
  }
}

/** Lets every promise settle that can settle without timers or I/O. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
