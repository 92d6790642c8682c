/**
 * One call for all requests that want the same thing at the same time. On workerd a promise lives and dies with the
 * request that made it, so: the owner hands its flight to its own `waitUntil` at once; followers wait with a timer of
 * their own; a flight older than the budget counts for dead and is replaced; a flight unfiles only itself. Nobody flies
 * outside a flight: when the second one is late, too, the backend is slow, and a call by each who waited would make it
 * slower. What a flight answers is shared between requests: plain data, never a Response, a stream or a signal.
 */
import type { Clock } from "../ops/clock.ts";

/** The flight that was followed did not end in time, and neither did the one after it. */
export class FlightLateError extends Error {
  override readonly name = "FlightLateError";
}

export interface FlightScope {
  waitUntil(promise: Promise<unknown>): void;
}

interface Flight {
  promise: Promise<unknown>;
  startedAt: number;
}

export interface SingleFlightOptions {
  /** How long a flight may take before it counts for dead (ms). */
  budgetMs: number;
  clock: Clock;
}

const LATE: unique symbol = Symbol("late");

export class SingleFlight {
  readonly #flights = new Map<string, Flight>();
  readonly #budgetMs: number;
  readonly #clock: Clock;

  constructor({ budgetMs, clock }: SingleFlightOptions) {
    this.#budgetMs = budgetMs;
    this.#clock = clock;
  }

  /**
   * The answer of the flight under way for `key`, else of `work`. Everyone gets the flight's error, if it fails.
   * @throws FlightLateError two flights of others have been late
   */
  async run<T>(key: string, work: () => Promise<T>, scope: FlightScope): Promise<T> {
    const flight = this.#alive(key);
    if (!flight) return this.#start(key, work, scope);
    const answer = await this.#follow<T>(flight);
    if (answer !== LATE) return answer;
    // Of those who gave up together one flies again and the others follow it, once.
    const next = this.#flights.get(key);
    if (!next || next === flight) return this.#start(key, work, scope);
    const second = await this.#follow<T>(next);
    if (second === LATE) throw new FlightLateError(`"${key}" took longer than ${this.#budgetMs} ms, twice`);
    return second;
  }

  #alive(key: string): Flight | undefined {
    const flight = this.#flights.get(key);
    return flight && this.#clock.now() - flight.startedAt <= this.#budgetMs ? flight : undefined;
  }

  #start<T>(key: string, work: () => Promise<T>, scope: FlightScope): Promise<T> {
    const promise = work().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const flight: Flight = { promise, startedAt: this.#clock.now() };
    this.#flights.set(key, flight);
    scope.waitUntil(promise.catch(() => undefined));
    return promise;
  }

  async #follow<T>(flight: Flight): Promise<T | typeof LATE> {
    const timer = new AbortController();
    const late = this.#clock.sleep(this.#budgetMs, timer.signal).then((): typeof LATE => LATE);
    try {
      return await Promise.race([flight.promise as Promise<T>, late]);
    } finally {
      timer.abort();
    }
  }
}
