import type { Clock } from "../../../src/ops/clock.ts";
import { type Event, EventQueue } from "./event-queue.ts";
import { RealWork } from "./real-work.ts";
import { SharedJson } from "./shared-json.ts";

/** Returned by an event that has settled no promise, so that no code can be waiting to run. */
export const QUIET: unique symbol = Symbol("quiet");

/** Node gets a turn after this many events, so that it can handle signals and collect garbage. */
const EVENTS_PER_TURN = 20_000;

export interface EngineOptions {
  /** The virtual time at which the simulation starts (ms since epoch). */
  startAt: number;
  /**
   * Gives Node a turn after every event, which is slow. The results must not depend on it: everything that an event has
   * caused runs in microtasks.
   */
  isPatient?: boolean;
}

/**
 * Runs events in the order of their virtual time. Time stands still while an event and all the code that it causes run,
 * so the same events always give the same results.
 */
export class Engine {
  readonly #queue = new EventQueue();
  readonly #realWork = new RealWork();
  readonly #sharedJson = new SharedJson();
  readonly #isPatient: boolean;
  #now: number;
  #nextTurnAt = 0;
  events = 0;

  constructor({ startAt, isPatient = false }: EngineOptions) {
    this.#now = startAt;
    this.#isPatient = isPatient;
  }

  /** The virtual time (ms since epoch, with a fraction). */
  get now(): number {
    return this.#now;
  }

  /** Runs `run` at a time, or at once if the time has passed. Return {@link QUIET} from it if possible. */
  at(time: number, run: () => unknown): Event {
    return this.#queue.add(Math.max(time, this.#now), run);
  }

  after(ms: number, run: () => unknown): Event {
    return this.at(this.#now + ms, run);
  }

  /** Runs all events up to a time. */
  async run(until: number): Promise<void> {
    const { stackTraceLimit } = Error;
    // Every wait that ends early makes an error, and nobody looks at its stack.
    Error.stackTraceLimit = 0;
    this.#realWork.start();
    this.#sharedJson.start();
    try {
      await new Promise<void>((resolve, reject) => {
        const step = () => {
          try {
            if (this.#runUntilBusy(until)) this.#whenIdle(step);
            else resolve();
          } catch (error) {
            reject(error as Error);
          }
        };
        this.#whenIdle(step);
      });
    } finally {
      this.#sharedJson.stop();
      this.#realWork.stop();
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Runs events until one of them may have woken code. Returns false if no event is left. */
  #runUntilBusy(until: number): boolean {
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined || next.at > until) return false;
      this.#queue.take();
      if (next.run === undefined) continue;
      this.#now = next.at;
      this.events += 1;
      if (next.run() !== QUIET) return true;
    }
  }

  /**
   * Calls `step` when no code is waiting to run. Node calls a function of `nextTick` only after all microtasks,
   * including those that they add.
   */
  #whenIdle(step: () => void): void {
    const next = () => (this.#realWork.isUnderWay ? setImmediate(next) : step());
    if (this.#isPatient || this.events >= this.#nextTurnAt) {
      this.#nextTurnAt = this.events + EVENTS_PER_TURN;
      setImmediate(() => setImmediate(next));
    } else {
      queueMicrotask(() => process.nextTick(next));
    }
  }
}

/** An isolate's connection to the simulated world. Once it has ended, nothing arrives any more. */
export interface Lifeline {
  hasEnded: boolean;
}

/** The clock of one isolate. `skewMs` is how far it is ahead. */
export class VirtualClock implements Clock {
  readonly #engine: Engine;
  readonly #life: Lifeline;
  readonly #skewMs: number;

  constructor(engine: Engine, life: Lifeline, skewMs: number) {
    this.#engine = engine;
    this.#life = life;
    this.#skewMs = skewMs;
  }

  readonly now = (): number => Math.floor(this.#engine.now + this.#skewMs);

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const timer = this.#engine.after(Math.max(0, ms), () => {
        if (this.#life.hasEnded) return QUIET;
        return resolve();
      });
      signal?.addEventListener("abort", () => {
        timer.run = undefined;
        resolve();
      });
    });
  }
}
