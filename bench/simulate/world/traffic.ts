import type { Place } from "../backends/cities.ts";
import { exponential, Lottery, type Random, zipf } from "../engine/random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The rates change in steps of this length (ms). */
const STEP_MS = HOUR_MS / 4;
/** The hour of the day with the most requests, and how much more there are than on average. */
const BUSIEST_HOUR = 15;
const SWING = 0.8;

/** Three changes in ten come in bursts. */
const BURST_SHARE = 0.3;
const CHANGES_PER_BURST = 10;
/** The length of a burst (ms). */
const BURST_MS = 20_000;

export interface TrafficOptions {
  random: Random;
  /** The data centres, the busiest first. */
  places: readonly Place[];
  /** The requests of a whole day. */
  perDay: number;
  /** ms since epoch, in UTC. */
  startAt: number;
}

/** The requests of the planet: Zipf's law over the data centres, and at each of them a curve over the local day. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #weights: readonly number[];
  readonly #perWeight: number;
  #step = -1;
  #lottery = new Lottery([1]);

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#weights = zipf(options.places.length);
    // Each data centre's curve has a mean of 1 over a day.
    this.#perWeight = options.perDay / DAY_MS / this.#weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** Draws the time until the next request (ms). */
  pauseMs(now: number): number {
    this.#moveTo(now);
    return exponential(this.#options.random, 1 / (this.#lottery.total * this.#perWeight));
  }

  /** Draws the data centre of a request. */
  dataCentre(now: number): number {
    this.#moveTo(now);
    return this.#lottery.draw(this.#options.random);
  }

  #moveTo(now: number): void {
    const step = Math.floor((now - this.#options.startAt) / STEP_MS);
    if (step === this.#step) return;
    this.#step = step;
    const utcHour = (this.#options.startAt + step * STEP_MS) / HOUR_MS;
    this.#lottery = new Lottery(
      this.#options.places.map(({ longitude }, i) => {
        const localHour = utcHour + longitude / 15;
        return this.#weights[i]! * (1 + SWING * Math.cos(((localHour - BUSIEST_HOUR) / 24) * 2 * Math.PI));
      }),
    );
  }
}

/** Draws the times of changes (ms), in order: most come alone, and the rest in bursts. */
export function drawChangeTimes(random: Random, count: number, from: number, until: number): number[] {
  const burstChance = BURST_SHARE / (BURST_SHARE + CHANGES_PER_BURST * (1 - BURST_SHARE));
  const times: number[] = [];
  while (times.length < count) {
    const isBurst = random() < burstChance;
    const at = from + random() * (until - from - BURST_MS);
    for (let i = 0; i < (isBurst ? CHANGES_PER_BURST : 1); i++) times.push(at + (isBurst ? random() * BURST_MS : 0));
  }
  return times.slice(0, count).toSorted((a, b) => a - b);
}
