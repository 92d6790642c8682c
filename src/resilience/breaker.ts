export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  /** Names the backend in the error. */
  name: string;
  /** This many failures … */
  failures: number;
  /** … within this time (ms) open it. */
  windowMs: number;
  /** How long it stays open (ms): drawn between the two, so that isolates do not come back together. */
  minOpenMs: number;
  maxOpenMs: number;
  /** ms since epoch. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Told of each opening and closing; a probe that fails is neither. */
  onChange?: (state: "open" | "closed") => void;
}

/** The backend was not asked, because it has been failing. */
export class BreakerOpenError extends Error {
  override readonly name = "BreakerOpenError";
}

/** Stops asking a backend that fails; after a pause one probe decides whether to go on. */
export class Breaker {
  readonly #options: BreakerOptions;
  /** Times of the last failures, oldest first. */
  #failedAt: number[] = [];
  /** While open: when the next probe may go. 0: closed. */
  #probeAt = 0;
  #isProbing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    if (this.#probeAt === 0) return "closed";
    return this.#isProbing || this.#options.now() >= this.#probeAt ? "half-open" : "open";
  }

  /** @throws BreakerOpenError without calling, while open */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#mayCall()) throw new BreakerOpenError(`${this.#options.name} has been failing and is not asked`);
    try {
      const answer = await call();
      this.#succeeded();
      return answer;
    } catch (error) {
      this.#failed();
      throw error;
    }
  }

  #mayCall(): boolean {
    if (this.#probeAt === 0) return true;
    if (this.#options.now() < this.#probeAt) return false;
    // The probe's request may die with it, so its slot falls free again by itself.
    this.#pause();
    this.#isProbing = true;
    return true;
  }

  #succeeded(): void {
    if (this.#probeAt === 0 || !this.#isProbing) return;
    this.#probeAt = 0;
    this.#isProbing = false;
    this.#failedAt = [];
    this.#options.onChange?.("closed");
  }

  #failed(): void {
    const { failures, windowMs, now } = this.#options;
    if (this.#probeAt !== 0) {
      if (this.#isProbing) this.#pause();
      this.#isProbing = false;
      return;
    }
    const time = now();
    this.#failedAt = [...this.#failedAt, time].filter((at) => time - at < windowMs);
    if (this.#failedAt.length < failures) return;
    this.#pause();
    this.#options.onChange?.("open");
  }

  #pause(): void {
    const { minOpenMs, maxOpenMs, now, random } = this.#options;
    this.#probeAt = now() + minOpenMs + (maxOpenMs - minOpenMs) * random();
  }
}
