/** The evaluations of flags in the last days, as the list of flags draws them: those of the rows in view. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { UsageSeries } from "../../../../../sdk/client/contract.ts";
import { perEnvironment } from "../../live/per-environment.ts";
import { client } from "../../session.ts";
import { startOf, STEP_MS } from "../usage-view.ts";
import { requestsFor, SERIES_DAYS } from "./series.ts";

/** A series is read again after this time (ms). */
const FRESH_MS = 5 * 60_000;
/** Rows that stay in view for this long are read, so that a search reads only its final rows (ms). */
const SETTLED_MS = 300;

/** The evaluations of a flag: a number for each day. `undefined` if evaluations are not counted. */
export type FlagSeries = readonly number[] | undefined;

export class SeriesOfEnvironment {
  readonly #environment: string;
  readonly #known = signal<ReadonlyMap<string, FlagSeries>>(new Map());
  /** When each series was asked for (ms since epoch). */
  readonly #askedAt = new Map<string, number>();
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(environment: string) {
    this.#environment = environment;
  }

  /** The series that have been read, by the key of the flag. */
  get known(): ReadonlySignal<ReadonlyMap<string, FlagSeries>> {
    return this.#known;
  }

  /** Reads the series of flags that are in view, unless they are known. Replaces an earlier call that still waits. */
  want(keys: readonly string[]): void {
    clearTimeout(this.#settling);
    const now = Date.now();
    const missing = keys.filter((key) => (this.#askedAt.get(key) ?? 0) <= now - FRESH_MS);
    if (missing.length > 0) this.#settling = setTimeout(() => void this.#read(missing), SETTLED_MS);
  }

  /** Nobody waits for these numbers, so a failure leaves them out. The next call asks again. */
  async #read(keys: readonly string[]): Promise<void> {
    for (const flags of requestsFor(keys)) {
      const now = Date.now();
      for (const key of flags) this.#askedAt.set(key, now);
      const from = new Date(startOfSeries(now)).toISOString();
      const query = { flags: flags.join(","), from };
      const found = await client.call("getUsageSeries", { path: { env: this.#environment }, query }).catch(() => {});
      if (found === undefined) for (const key of flags) this.#askedAt.delete(key);
      else this.#known.value = new Map([...this.#known.peek(), ...seriesIn(found.body)]);
    }
  }
}

function startOfSeries(now: number): number {
  return startOf("30d", now) + (30 - SERIES_DAYS) * STEP_MS.day;
}

function seriesIn({ isCounting, items }: UsageSeries): [string, FlagSeries][] {
  return items.map(({ flag, used, requested, lastEvaluatedAt }) => {
    const isKnown = isCounting || lastEvaluatedAt !== null;
    return [flag, isKnown ? used.map((count, i) => count + (requested[i] ?? 0)) : undefined];
  });
}

/** Returns the series of an environment: the same ones at every visit. */
export const seriesOf = perEnvironment((environment) => new SeriesOfEnvironment(environment));
