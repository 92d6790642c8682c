import type { Breaker } from "../../resilience/breaker.ts";
import { FlightLateError, type SingleFlight } from "../../resilience/single-flight.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { FailureLog } from "../../ops/failure-log.ts";
import type { Log } from "../../ops/log.ts";
import type { RemoteTier, TierOutcome } from "../../ops/metrics.ts";
import type { FlagReader } from "../../store/readings/flag-reader.ts";
import type { StoreReading } from "../../store/readings/environment-reading.ts";
import type { RequestScope, Tier } from "../request-scope.ts";

/** How a load ended. `unavailable`: what was asked for could not be read anywhere; L1 may still hold an old copy. */
export type LoadOutcome = Exclude<Tier, "L1" | "snapshot"> | "unknown-environment" | "unavailable";

/** An environment that L1 had no room for is tried again after this (ms): it may have shrunk. */
const UNKEPT_MS = 60_000;

/** How often the store is read for one load, when changes overtake each reading. */
const MAX_READINGS = 3;

export interface LoaderOptions {
  tiers: TieredCache<CompiledFlag>;
  /** Opens the store; lazily, because its client is the larger half of the bundle. */
  reader: () => Promise<FlagReader>;
  redisBreaker: Breaker;
  storeBreaker: Breaker;
  flights: SingleFlight;
  log: Log;
  /** Told how each read of a tier ended. */
  onRead?: (tier: RemoteTier, outcome: TierOutcome) => void;
  /** False: the worker runs without L2. */
  hasRedis: boolean;
  /** ms since epoch. */
  now: () => number;
}

/**
 * The failure policy, all of it: L2 first; what it lacks, or all of it when it fails or its breaker is open,
 * from L3; what L3 gives goes back to L2 after the answer. Both failing is `unavailable`, and the flag source
 * then serves what this isolate still holds, else the data centre's snapshot, marked stale. A failing tier is never taken for a miss.
 */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #failures: FailureLog;
  /** ms since epoch until which environments are known to be larger than L1. */
  readonly #unkept = new Map<string, number>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#failures = new FailureLog(options.log, options.now);
  }

  /** Both have been failing: until a probe succeeds, nothing can be read. */
  get isOutage(): boolean {
    const { hasRedis, redisBreaker, storeBreaker } = this.#options;
    return storeBreaker.state !== "closed" && !(hasRedis && redisBreaker.state === "closed");
  }

  /** Brings the flags, the head and the SDK keys of one environment into L1. One flight per environment and set of keys. */
  flags(environment: string, flagKeys: readonly string[], scope: RequestScope): Promise<LoadOutcome> {
    const { tiers } = this.#options;
    return this.#flight(`flags:${environment}/${flagKeys.join(",")}`, environment, scope, () =>
      this.#load(
        environment,
        scope,
        async () => {
          const { found, missing } = await tiers.fetch(environment, flagKeys);
          if (!found) return flagKeys;
          return missing.length > 0 || tiers.l1.environment(environment).keys === undefined ? missing : undefined;
        },
        (reader, missing, since) => reader.readFlags(environment, missing ?? flagKeys, since),
      ),
    );
  }

  /** Brings the whole environment into L1. */
  environment(environment: string, scope: RequestScope): Promise<LoadOutcome> {
    const { tiers } = this.#options;
    return this.#flight(`all:${environment}`, environment, scope, () =>
      this.#load<readonly string[] | "all">(
        environment,
        scope,
        async () => {
          const { found, missing } = await tiers.fetchAll(environment);
          if (!found || missing === "all" || tiers.l1.environment(environment).keys === undefined) return "all";
          return missing.length > 0 ? missing : undefined;
        },
        (reader, missing, since) =>
          missing === "all" || missing === undefined
            ? reader.readEnvironment(environment, since)
            : reader.readFlags(environment, missing, since),
      ),
    );
  }

  /** L1 had no room for the whole environment a moment ago: loading it once more would only drop what is held. */
  isUnkept(environment: string): boolean {
    return this.#options.now() < (this.#unkept.get(environment) ?? 0);
  }

  /** All flags straight from the store, for an environment that is larger than L1. Undefined: cannot be read. */
  unkept(environment: string, scope: RequestScope): Promise<StoreReading | undefined> {
    const { flights, storeBreaker, reader, log } = this.#options;
    const read = async (): Promise<StoreReading | undefined> => {
      if (!this.#unkept.has(environment)) log.warn("l1_too_small", { environment });
      if (!this.isUnkept(environment)) this.#unkept.set(environment, this.#options.now() + UNKEPT_MS);
      try {
        const reading = await storeBreaker.run(async () => (await reader()).readEnvironment(environment));
        this.#read("L3", "ok");
        return reading;
      } catch (error) {
        this.#readFailed("L3", environment, error);
        return undefined;
      }
    };
    return flights.run(`unkept:${environment}`, read, scope);
  }

  /** Confirms or moves the head of one environment, and brings what changed. */
  head(environment: string, scope: RequestScope): Promise<LoadOutcome> {
    const { tiers } = this.#options;
    return this.#flight(`head:${environment}`, environment, scope, () =>
      this.#load(
        environment,
        scope,
        async () => ((await tiers.sync(environment)) === "unknown" ? [] : undefined),
        (reader, _missing, since) => reader.readFlags(environment, [], since),
      ),
    );
  }

  /** `readTiers` answers what is still missing, undefined when nothing is. */
  async #load<M>(
    environment: string,
    scope: RequestScope,
    readTiers: () => Promise<M | undefined>,
    readStore: (
      reader: FlagReader,
      missing: M | undefined,
      since: number | undefined,
    ) => Promise<StoreReading | undefined>,
  ): Promise<LoadOutcome> {
    const { tiers, redisBreaker, storeBreaker, hasRedis, now } = this.#options;
    let missing: M | undefined;
    let isRedisUp = hasRedis;
    if (hasRedis && scope.noCache !== true) {
      try {
        missing = await redisBreaker.run(readTiers);
        this.#read("L2", missing === undefined ? "ok" : "missing");
        if (missing === undefined && this.#isRecentEnough(environment, scope)) return "L2";
      } catch (error) {
        isRedisUp = false;
        this.#readFailed("L2", environment, error);
      }
    }
    let fill: () => Promise<boolean>;
    try {
      const memory = tiers.l1.environment(environment);
      for (let attempt = 1; ; attempt++) {
        const readAt = now();
        const known = memory.version;
        const reading = await storeBreaker.run(async () =>
          readStore(await this.#options.reader(), missing, memory.version > 0 ? memory.version : undefined),
        );
        this.#read("L3", reading === undefined ? "missing" : "ok");
        if (!reading) return "unknown-environment";
        fill = tiers.accept(environment, reading, readAt);
        if (reading.asOf < known) {
          // The store went back to before what was known here. L2 is told of that version, for the sweep to find it.
          fill = async () => (await tiers.publish(environment, [[known, "*"]])) === known;
          break;
        }
        // A change that overtook the reading made L1 refuse what it names, so that is read again.
        if (reading.asOf >= memory.version || attempt === MAX_READINGS) break;
      }
    } catch (error) {
      this.#readFailed("L3", environment, error);
      return "unavailable";
    }
    if (isRedisUp) {
      scope.waitUntil(
        redisBreaker.run(fill).then(
          () => this.#failures.succeeded("l2_fill"),
          (error: unknown) => this.#failures.failed("l2_fill", error, { environment }),
        ),
      );
    }
    return "L3";
  }

  #read(tier: RemoteTier, outcome: TierOutcome): void {
    this.#options.onRead?.(tier, outcome);
    this.#failures.succeeded(tier.toLowerCase());
  }

  #readFailed(tier: RemoteTier, environment: string, error: unknown): void {
    this.#options.onRead?.(tier, "failed");
    this.#failures.failed(tier.toLowerCase(), error, { environment });
  }

  #isRecentEnough(environment: string, scope: RequestScope): boolean {
    return (
      scope.minVersion === undefined || this.#options.tiers.l1.environment(environment).version >= scope.minVersion
    );
  }

  /**
   * Who must see a version shares a flight with those who must see the same, and flies once more where that one set
   * out too early. Who must see what the store holds from now on shares with nobody; there is a limit on how many may.
   */
  async #flight(
    key: string,
    environment: string,
    scope: RequestScope,
    load: () => Promise<LoadOutcome>,
  ): Promise<LoadOutcome> {
    if (scope.noCache === true) return load();
    const { flights } = this.#options;
    const name = scope.minVersion === undefined ? key : `${key}@${scope.minVersion}`;
    let isOwn = false;
    const own = (): Promise<LoadOutcome> => {
      isOwn = true;
      return load();
    };
    try {
      const outcome = await flights.run(name, own, scope);
      if (isOwn || outcome === "unavailable" || this.#isRecentEnough(environment, scope)) return outcome;
      return await flights.run(name, load, scope);
    } catch (error) {
      if (error instanceof FlightLateError) return "unavailable";
      throw error;
    }
  }
}
