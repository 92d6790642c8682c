import type { Breaker } from "../../resilience/breaker.ts";
import { FlightLateError, type SingleFlight } from "../../resilience/single-flight.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { FailureLog } from "../../ops/failure-log.ts";
import type { Log } from "../../ops/log.ts";
import type { RemoteTier, TierOutcome } from "../../ops/metrics.ts";
import type { FlagReader } from "../../store/readings/flag-reader.ts";
import { PART_FLAGS, type Reading } from "../../flags/reading.ts";
import type { EntryReader } from "../entries/entry-reader.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope, Tier } from "../request-scope.ts";
import type { LoadPlan, Missing } from "./load-plans.ts";

/** How a load ended. `unavailable` if no tier could be read; L1 may still hold an older copy. */
export type LoadOutcome = Exclude<Tier, "L1" | "snapshot"> | "unknown-environment" | "unavailable";

/** Whether the load brought what it was asked for. */
export function isLoaded(outcome: LoadOutcome): outcome is Exclude<LoadOutcome, "unknown-environment" | "unavailable"> {
  return outcome !== "unknown-environment" && outcome !== "unavailable";
}

/** How often one load reads the store if changes overtake each reading. */
const MAX_READINGS = 3;

export interface LoaderOptions {
  tiers: TieredCache<CompiledFlag>;
  /** Opens the store on first use, because its client is the larger half of the bundle. */
  reader: () => Promise<FlagReader>;
  /** `undefined` if the data centre keeps no entries. */
  entries?: EntryReader | undefined;
  redisBreaker: Breaker;
  storeBreaker: Breaker;
  flights: SingleFlight;
  log: Log;
  /** Called with the outcome of each read of a tier. */
  onRead?: (tier: RemoteTier, outcome: TierOutcome) => void;
  /** The number of flags that one reading of a large environment contains. */
  partFlags?: number;
  /** False if the worker runs without Redis. */
  hasRedis: boolean;
  /** ms since epoch. */
  now: () => number;
}

/**
 * The whole failure policy of reads. The data centre's entries come first, if they have everything. Then L2 is asked;
 * L3 supplies what L2 lacks, or everything if L2 fails or its breaker is open; and what L3 supplied is written to L2
 * after the response. If both fail, the outcome is `unavailable`, and the flag source serves what this isolate still
 * holds, else the snapshot, marked stale. A failing tier never counts as a miss.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #failures: FailureLog;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#failures = new FailureLog(options.log, options.now);
  }

  /** Both tiers have been failing: until a probe succeeds, nothing can be read. */
  get isOutage(): boolean {
    const { hasRedis, redisBreaker, storeBreaker } = this.#options;
    return storeBreaker.state !== "closed" && !(hasRedis && redisBreaker.state === "closed");
  }

  /**
   * Brings into L1 what the plan names. Requests that need the same minimum version share a flight. A request that
   * needs the store's contents from now on (`noCache`) shares with nobody; the HTTP layer limits how many there are.
   */
  async load(state: EnvironmentState, plan: LoadPlan, scope: RequestScope): Promise<LoadOutcome> {
    const { flights } = this.#options;
    const read = () => this.#read(state, plan, scope);
    if (scope.noCache === true) return read();
    const name = flightName(plan, scope);
    try {
      const { result, isOwn } = await flights.join(name, read, scope);
      // A load joined from another request may have started too early for this one. If so, load again.
      if (isOwn || result === "unavailable" || isRecentEnough(state, scope)) return result;
      return await flights.run(name, read, scope);
    } catch (error) {
      if (error instanceof FlightLateError) return "unavailable";
      throw error;
    }
  }

  /** Whether a request for the same thing is loading it, so that a load would cost nothing more. */
  isLoading(plan: LoadPlan, scope: RequestScope): boolean {
    return this.#options.flights.isUnderWay(flightName(plan, scope));
  }

  /**
   * Reads all flags straight from the store, for an environment that is larger than L1. `undefined` if it cannot be
   * read.
   */
  readAll(state: EnvironmentState, scope: RequestScope): Promise<Reading | undefined> {
    const { tiers, flights, storeBreaker, reader, log, now } = this.#options;
    const { name: environment } = state;
    const read = async (): Promise<Reading | undefined> => {
      if (state.markTooLarge(now())) log.warn("l1_too_small", { environment });
      try {
        const all = storeBreaker.run(async () => (await reader()).readEnvironment(environment));
        const reading = await tiers.prepared(all);
        this.#succeeded("L3", "ok");
        return reading;
      } catch (error) {
        this.#failed("L3", environment, error);
        return undefined;
      }
    };
    return flights.run(`too-large:${environment}`, read, scope);
  }

  async #read(state: EnvironmentState, plan: LoadPlan, scope: RequestScope): Promise<LoadOutcome> {
    const { tiers, redisBreaker, hasRedis, entries } = this.#options;
    const { flagKeys } = plan;
    const isInEntries = entries !== undefined && flagKeys !== undefined && scope.noCache !== true;
    if (isInEntries && (await entries.bring(state, flagKeys, scope))) return "data-centre";
    let missing: Awaited<ReturnType<LoadPlan["fromRedis"]>>;
    let isRedisUp = hasRedis;
    if (hasRedis && scope.noCache !== true) {
      try {
        missing = await redisBreaker.run(() => plan.fromRedis(tiers));
        this.#succeeded("L2", missing === undefined ? "ok" : "missing");
        if (missing === undefined && isRecentEnough(state, scope)) return "L2";
      } catch (error) {
        isRedisUp = false;
        this.#failed("L2", state.name, error);
      }
    }
    try {
      const fills = await this.#readStore(state, plan, missing);
      if (fills === undefined) return "unknown-environment";
      if (isRedisUp) this.#fillBehind(fills, state, scope);
      return "L3";
    } catch (error) {
      this.#failed("L3", state.name, error);
      return "unavailable";
    }
  }

  /** Returns the fills of L2 that are due afterwards, `undefined` if there is no such environment. */
  async #readStore(
    state: EnvironmentState,
    plan: LoadPlan,
    missing: Missing | undefined,
  ): Promise<(() => Promise<boolean>)[] | undefined> {
    const { tiers, storeBreaker, reader, now, partFlags = PART_FLAGS } = this.#options;
    const { name: environment, memory } = state;
    const startedAt = now();
    const fills: (() => Promise<boolean>)[] = [];
    let wanted = missing;
    for (let attempt = 1; ;) {
      const readAt = now();
      const { version: known, tag } = memory;
      const since = known > 0 ? known : undefined;
      const asked = storeBreaker.run(async () => plan.fromStore(await reader(), wanted, since, partFlags));
      const reading = await tiers.prepared(asked);
      this.#succeeded("L3", reading === undefined ? "missing" : "ok");
      if (!reading) {
        state.markAbsent(now(), known);
        return undefined;
      }
      const fill = tiers.accept(environment, reading, readAt);
      // The store went back to before the version known here. Tell L2 of that version, so that the sweep finds out.
      if (reading.asOf < known) return [async () => (await tiers.publish(environment, [[known, "*"]], tag)) === known];
      const isOvertaken = reading.asOf < memory.version;
      const left = plan.missingSince?.(startedAt);
      const isDone = left === undefined ? !isOvertaken : countOf(left) === 0;
      const isProgress = left !== undefined && countOf(left) < countOf(wanted);
      // L1 has no room for more if it lacks what it has just been given, or has dropped as much for it.
      const isFull = !isOvertaken && (isProgress ? lacksAnyOf(left, reading) : memory.version === known);
      // L1 refuses whatever a change has overtaken, so read that again.
      if (isDone || isFull || (!isProgress && attempt++ === MAX_READINGS)) return [...fills, fill];
      // L2 would refuse it too.
      if (!isOvertaken) fills.push(fill);
      wanted = left ?? wanted;
    }
  }

  #fillBehind(
    fills: readonly (() => Promise<boolean>)[],
    { name: environment }: EnvironmentState,
    scope: RequestScope,
  ): void {
    const fillAll = async () => {
      for (const fill of fills) await fill();
    };
    scope.waitUntil(
      this.#options.redisBreaker.run(fillAll).then(
        () => this.#failures.succeeded("l2_fill"),
        (error: unknown) => this.#failures.failed("l2_fill", error, { environment }),
      ),
    );
  }

  #succeeded(tier: RemoteTier, outcome: TierOutcome): void {
    this.#options.onRead?.(tier, outcome);
    this.#failures.succeeded(tier.toLowerCase());
  }

  #failed(tier: RemoteTier, environment: string, error: unknown): void {
    this.#options.onRead?.(tier, "failed");
    this.#failures.failed(tier.toLowerCase(), error, { environment });
  }
}

function flightName({ name }: LoadPlan, { minVersion }: RequestScope): string {
  return minVersion === undefined ? name : `${name}@${minVersion}`;
}

function isRecentEnough({ version }: EnvironmentState, { minVersion }: RequestScope): boolean {
  return minVersion === undefined || version >= minVersion;
}

function countOf(missing: Missing | undefined): number {
  return typeof missing === "object" ? missing.length : Number.POSITIVE_INFINITY;
}

function lacksAnyOf(missing: Missing | undefined, { flags }: Reading): boolean {
  return typeof missing === "object" && missing.some((key) => flags.has(key));
}
