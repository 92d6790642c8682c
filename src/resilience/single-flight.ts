/**
 * One call for all requests that want the same thing at the same time.
 *
 * On workerd a promise lives and dies with the request that created it. Therefore the owner hands its flight to its own
 * `waitUntil` at once, followers wait with a timer of their own, a flight older than the budget counts as dead and is
 * replaced, and a flight removes only itself. Nobody calls outside a flight: if the second flight is late as well, the
 * backend is slow, and a call by each waiting request would make it slower. Requests share a flight's result, so it
 * must be plain data and never a Response, a stream or a signal.
 */
import { type Clock, isWithin } from "../ops/clock.ts";

/** The flight that the caller followed did not end in time, and neither did the one after it. */
export class FlightLateError extends Error {
  override readonly name = "FlightLateError";
}

/** The part of a request that keeps a flight alive. */
export interface FlightScope {
  waitUntil(promise: Promise<unknown>): void;
}

/** The result of a flight, and whether the caller's own work produced it. */
export interface Landed<T> {
  result: T;
  isOwn: boolean;
}

interface Flight {
  promise: Promise<unknown>;
  startedAt: number;
}

export interface SingleFlightOptions {
  /** A flight that takes longer than this counts as dead (ms). */
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
   * Returns the result of the flight under way with this name, or starts one with `work`. All callers of a flight that
   * fails get its error.
   * @throws FlightLateError two flights of other callers were late
   */
  async join<T>(name: string, work: () => Promise<T>, scope: FlightScope): Promise<Landed<T>> {
    let flight = this.#alive(name);
    // Of the callers that gave up together, one starts the next flight and the others follow it, once.
    for (let followed = 1; flight !== undefined; followed += 1) {
      const result = await this.#follow<T>(flight);
      if (result !== LATE) return { result, isOwn: false };
      if (followed === 2) throw new FlightLateError(`"${name}" took longer than ${this.#budgetMs} ms, twice`);
      const next = this.#flights.get(name);
      flight = next === flight ? undefined : next;
    }
    const promise = work().finally(() => {
      if (this.#flights.get(name)?.promise === promise) this.#flights.delete(name);
    });
    this.#flights.set(name, { promise, startedAt: this.#clock.now() });
    scope.waitUntil(promise.catch(() => undefined));
    return { result: await promise, isOwn: true };
  }

  /** As {@link join}, for callers to whom it does not matter whose flight it was. */
  async run<T>(name: string, work: () => Promise<T>, scope: FlightScope): Promise<T> {
    return (await this.join(name, work, scope)).result;
  }

  /** Whether a caller of this name would follow a flight under way. */
  isUnderWay(name: string): boolean {
    return this.#alive(name) !== undefined;
  }

  #alive(name: string): Flight | undefined {
    const flight = this.#flights.get(name);
    return flight && isWithin(flight.startedAt, this.#budgetMs + 1, this.#clock.now()) ? flight : undefined;
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
