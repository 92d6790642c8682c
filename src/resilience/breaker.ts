import { isWithin } from "../ops/clock.ts";

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  /** The backend's name, for the error. */
  name: string;
  /** This many failures within `windowMs` open the breaker. */
  failures: number;
  windowMs: number;
  /** The breaker stays open for a random time between the two (ms), so that isolates do not come back together. */
  minOpenMs: number;
  maxOpenMs: number;
  /** ms since epoch. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Whether an error counts as a failure of the backend. By default, every error does. */
  isFailure?: (error: unknown) => boolean;
  /** Called on each opening and closing. A probe that fails is neither. */
  onChange?: (state: "open" | "closed") => void;
}

/** The backend was not called, because it has been failing. Exported for the tests. */
export class BreakerOpenError extends Error {
  override readonly name = "BreakerOpenError";
}

/** Stops calls to a backend that fails. After a pause, one probe decides whether calls go on. */
export class Breaker {
  readonly #options: BreakerOptions;
  /** The times of the last failures, oldest first. */
  #failedAt: number[] = [];
  /** Since when no call is made (ms since epoch), and for how long (ms); `undefined` while the breaker is closed. */
  #paused: { at: number; forMs: number } | undefined;
  #isProbing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    if (this.#paused === undefined) return "closed";
    return this.#isProbing || !this.#isPausing(this.#paused) ? "half-open" : "open";
  }

  /** Runs the call, or throws without calling while the breaker is open. @throws BreakerOpenError */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#mayCall()) throw new BreakerOpenError(`${this.#options.name} has been failing and is not called`);
    try {
      const result = await call();
      this.#succeeded();
      return result;
    } catch (error) {
      if (this.#options.isFailure?.(error) ?? true) this.#failed();
      else this.#succeeded();
      throw error;
    }
  }

  #mayCall(): boolean {
    if (this.#paused === undefined) return true;
    if (this.#isPausing(this.#paused)) return false;
    // The probe's request may die, so its slot becomes free again by itself.
    this.#pause();
    this.#isProbing = true;
    return true;
  }

  #succeeded(): void {
    if (this.#paused === undefined || !this.#isProbing) return;
    this.#paused = undefined;
    this.#isProbing = false;
    this.#failedAt = [];
    this.#options.onChange?.("closed");
  }

  #failed(): void {
    const { failures, windowMs, now } = this.#options;
    if (this.#paused !== undefined) {
      if (this.#isProbing) this.#pause();
      this.#isProbing = false;
      return;
    }
    const time = now();
    this.#failedAt = [...this.#failedAt, time].filter((at) => isWithin(at, windowMs, time));
    if (this.#failedAt.length < failures) return;
    this.#pause();
    this.#options.onChange?.("open");
  }

  #pause(): void {
    const { minOpenMs, maxOpenMs, now, random } = this.#options;
    this.#paused = { at: now(), forMs: minOpenMs + (maxOpenMs - minOpenMs) * random() };
  }

  #isPausing({ at, forMs }: { at: number; forMs: number }): boolean {
    return isWithin(at, forMs, this.#options.now());
  }
}
