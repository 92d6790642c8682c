import { type CacheEntry, SUPERSEDED } from "../../cache/flag-cache.ts";
import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import { type FlagSet, flagSetOf, type FlagSetView, holdsKey, viewOf } from "./flag-set.ts";
import { Freshness, type FreshnessOptions } from "./freshness.ts";
import type { Loader, LoadOutcome } from "./loader.ts";
import { MinVersionError, type RequestScope, type Tier, UnavailableError } from "../request-scope.ts";
import { within } from "../../resilience/deadline.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import type { StoreReading } from "../../store/readings/environment-reading.ts";

/** A load that takes longer goes on behind the answer, if there is anything to answer from (ms). */
const LOAD_BUDGET_MS = 2000;

/** How long an environment is remembered not to exist (ms). */
const ABSENT_MS = 5000;

/** What an evaluation needs from one environment, and where it came from. */
export interface SourceAnswer<V> {
  value: V;
  /** Environment version that the value is true at. */
  version: number;
  tier: Tier;
  /** The sources could not be asked; the value is the last one known. */
  isStale: boolean;
  /** Seconds since the version was last confirmed. */
  ageSeconds: number;
  keys: KeyTable;
}

export interface FlagSourceOptions extends FreshnessOptions {
  tiers: TieredCache<CompiledFlag>;
  loader: Loader;
}

/** Where evaluation gets its flags: the tiers, the store behind them, and the freshness contract of the README. */
export class FlagSource {
  readonly #options: FlagSourceOptions;
  readonly #views = new WeakMap<MemoryEnvironment<CompiledFlag>, FlagSetView>();
  readonly #freshness: Freshness;
  /** ms since epoch until which an environment is remembered not to exist. */
  readonly #absentUntil = new WeakMap<MemoryEnvironment<CompiledFlag>, number>();

  constructor(options: FlagSourceOptions) {
    this.#options = options;
    this.#freshness = new Freshness(options);
  }

  /** The environment when it may be served from memory right now, without any I/O. */
  warm(environment: string, now: number): MemoryEnvironment<CompiledFlag> | undefined {
    const memory = this.#options.tiers.l1.environment(environment);
    return memory.keys !== undefined && now - memory.checkedAt < this.#options.headCheckMs ? memory : undefined;
  }

  /** Newest version of the environment that this isolate has seen; 0: none. */
  knownVersion(environment: string): number {
    return this.#options.tiers.l1.environment(environment).version;
  }

  /** The SDK keys as this isolate knows them, superseded ones too; undefined: none, and loading anything brings them. */
  knownKeys(environment: string): KeyTable | undefined {
    return this.#options.tiers.l1.environment(environment).lastKeys;
  }

  /** Before a key that is not among {@link knownKeys} is refused. Undefined: they are superseded, and loading brings them. */
  async newerKeys(environment: string, scope: RequestScope): Promise<KeyTable | undefined> {
    const memory = this.#options.tiers.l1.environment(environment);
    await this.#freshness.unknownKey(environment, memory, scope);
    return memory.keys;
  }

  /** Before an answer to somebody who was told of a version: so that this isolate knows it too, if it can be reached. */
  async announced(environment: string, version: number, scope: RequestScope): Promise<void> {
    const memory = this.#options.tiers.l1.environment(environment);
    if (memory.version < version) await this.#freshness.announced(environment, memory, version, scope);
  }

  /**
   * One flag; `value` null when the environment has no such flag, undefined result when there is no such environment.
   * @throws UnavailableError nothing holds it and the store cannot be reached
   * @throws MinVersionError `scope.minVersion` is not visible yet
   */
  async flag(
    environment: string,
    key: string,
    scope: RequestScope,
  ): Promise<SourceAnswer<CompiledFlag | null> | undefined> {
    const memory = this.#options.tiers.l1.environment(environment);
    if (this.#isKnownAbsent(memory)) return undefined;
    const isAbsent = () => memory.index !== undefined && !holdsKey(memory.index, key);
    if (scope.noCache !== true && memory.keys !== undefined && (memory.lookup(key) !== undefined || isAbsent())) {
      await this.#freshness.ensure(environment, memory, scope);
      const hit = memory.current(key);
      if (memory.keys !== undefined && (hit !== undefined || isAbsent())) {
        return this.#answer(memory, hit?.value ?? null, "L1", memory.version);
      }
    }
    const outcome = await this.#load(
      environment,
      memory,
      scope,
      () => this.#options.loader.flags(environment, [key], scope),
      () => staleVersion(memory.peek(key), memory),
    );
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object") return this.#answerFrom(outcome, outcome.flag(key), memory);
    const entry = memory.peek(key);
    const version = staleVersion(entry, memory);
    this.#requireVersion(version ?? memory.version, scope, outcome);
    if (entry === undefined || version === undefined)
      throw new UnavailableError(`flag "${key}" cannot be read from any tier`);
    return this.#answer(memory, entry.value, loadedFrom(outcome, entry.expiresAt === SUPERSEDED), version);
  }

  /** Every flag of the environment; undefined when there is no such environment. Errors as of {@link flag}. */
  async all(environment: string, scope: RequestScope): Promise<SourceAnswer<FlagSet> | undefined> {
    const memory = this.#options.tiers.l1.environment(environment);
    if (this.#isKnownAbsent(memory)) return undefined;
    if (scope.noCache !== true && memory.keys !== undefined && this.#view(memory, false) !== undefined) {
      await this.#freshness.ensure(environment, memory, scope);
      const view = this.#view(memory, false);
      if (view !== undefined && memory.keys !== undefined) return this.#answer(memory, view, "L1", view.version);
    }
    if (this.#options.loader.isUnkept(environment)) {
      const reading = await this.#readUnkept(environment, memory, scope);
      if (reading !== undefined) return this.#answerUnkept(reading, memory, scope);
    }
    const outcome = await this.#load(
      environment,
      memory,
      scope,
      () => this.#options.loader.environment(environment, scope),
      () => this.#view(memory, true)?.version,
    );
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object") return this.#answerFrom(outcome, outcome.all(), memory);
    const loaded = this.#view(memory, true);
    if (loaded === undefined && outcome !== "unavailable") {
      return this.#answerUnkept(await this.#readUnkept(environment, memory, scope), memory, scope);
    }
    this.#requireVersion(loaded?.version ?? memory.version, scope, outcome);
    if (loaded === undefined) throw new UnavailableError("the flags of this environment cannot be read from any tier");
    return this.#answer(memory, loaded, loadedFrom(outcome, loaded.isSuperseded), loaded.version);
  }

  /** The environment's flags when L1 holds them all fresh (with `orStale`: at all). Built once per change of L1's entries. */
  #view(memory: MemoryEnvironment<CompiledFlag>, orStale: boolean): FlagSetView | undefined {
    const now = this.#options.clock.now();
    const known = this.#views.get(memory);
    if (known !== undefined && known.generation === memory.generation && (orStale || now < known.expiresAt))
      return known;
    const view = viewOf(memory, orStale);
    if (view === undefined) return undefined;
    this.#views.set(memory, view);
    return view;
  }

  /** Others' reading may have begun before what this isolate knows by now: then once more. */
  async #readUnkept(
    environment: string,
    { version }: MemoryEnvironment<CompiledFlag>,
    scope: RequestScope,
  ): Promise<StoreReading | undefined> {
    const { loader } = this.#options;
    const reading = await loader.unkept(environment, scope);
    return reading !== undefined && reading.asOf < version ? loader.unkept(environment, scope) : reading;
  }

  /** An environment that L1 has no room for is read and compiled for each answer: slow, and right. */
  #answerUnkept(
    reading: StoreReading | undefined,
    memory: MemoryEnvironment<CompiledFlag>,
    scope: RequestScope,
  ): SourceAnswer<FlagSet> {
    this.#requireVersion(reading?.asOf ?? 0, scope, reading ? "L3" : "unavailable");
    if (reading === undefined) throw new UnavailableError("the flags of this environment cannot be read from any tier");
    const documents = [...reading.flags.values()].filter((document) => document !== null);
    const flags = documents.map(this.#options.tiers.compile);
    const value = flagSetOf(flags.toSorted((a, b) => (a.document.key < b.document.key ? -1 : 1)));
    const keys = memory.version > reading.asOf ? (memory.keys ?? reading.keys) : reading.keys;
    return { value, version: reading.asOf, tier: "L3", isStale: false, ageSeconds: 0, keys };
  }

  /** The store has just said that there is no such environment. */
  #isKnownAbsent(memory: MemoryEnvironment<CompiledFlag>): boolean {
    const until = this.#absentUntil.get(memory);
    return until !== undefined && this.#options.clock.now() < until;
  }

  /**
   * Loads, or answers the snapshot to use where nothing can be loaded and L1 does not hold what is asked for either.
   * `heldAt`: the version that L1 could answer at.
   */
  async #load(
    environment: string,
    memory: MemoryEnvironment<CompiledFlag>,
    scope: RequestScope,
    load: () => Promise<LoadOutcome>,
    heldAt: () => number | undefined,
  ): Promise<LoadOutcome | Snapshot> {
    const { loader, snapshots } = this.#options;
    // In a known outage only a probe would take any time.
    const budgetMs = loader.isOutage ? 0 : LOAD_BUDGET_MS;
    const loading = this.#loadSinceNow(memory, load).then((outcome) => {
      if (outcome === "unknown-environment") this.#absentUntil.set(memory, this.#options.clock.now() + ABSENT_MS);
      else if (outcome !== "unavailable") {
        this.#freshness.recovered(memory);
        snapshots?.answered(environment, memory, scope);
      }
      return outcome;
    });
    if (snapshots === undefined || scope.noCache === true) return loading;
    const outcome = await within(loading, budgetMs);
    if (outcome !== undefined && outcome !== "unavailable") return outcome;
    const isGood = (version: number | undefined) => version !== undefined && version >= (scope.minVersion ?? 0);
    const isHeld = memory.lastKeys !== undefined && isGood(heldAt());
    const snapshot = isHeld ? undefined : await snapshots.read(environment, scope);
    if (!isHeld && !isGood(snapshot?.version)) return outcome ?? loading;
    if (outcome === undefined) scope.waitUntil(loading.catch(() => undefined));
    return snapshot ?? "unavailable";
  }

  /** Another request's load that was joined may have read what is too old for this one: then it is made once more. */
  async #loadSinceNow(memory: MemoryEnvironment<CompiledFlag>, load: () => Promise<LoadOutcome>): Promise<LoadOutcome> {
    const { clock, headCheckMs } = this.#options;
    const askedAt = clock.now();
    const outcome = await load();
    const isLoaded = outcome === "L2" || outcome === "L3";
    const isTooOld = memory.checkedAt < askedAt && askedAt - memory.checkedAt >= headCheckMs;
    return isLoaded && isTooOld ? load() : outcome;
  }

  #requireVersion(version: number, scope: RequestScope, outcome: LoadOutcome): void {
    if (scope.minVersion === undefined || version >= scope.minVersion) return;
    if (outcome === "unavailable") throw new UnavailableError(`version ${scope.minVersion} cannot be confirmed`);
    throw new MinVersionError(scope.minVersion, version);
  }

  /** A key that this isolate knows to be revoked since stays revoked. */
  #answerFrom<V>(snapshot: Snapshot, value: V, memory: MemoryEnvironment<CompiledFlag>): SourceAnswer<V> {
    const { version, takenAt } = snapshot;
    return {
      value,
      version,
      tier: "snapshot",
      isStale: true,
      ageSeconds: Math.max(0, Math.floor((this.#options.clock.now() - takenAt) / 1000)),
      keys: (memory.version >= version ? memory.keys : undefined) ?? snapshot.keys,
    };
  }

  #answer<V>(
    memory: MemoryEnvironment<CompiledFlag>,
    value: V,
    tier: Tier | "stale",
    version: number,
  ): SourceAnswer<V> {
    const keys = memory.lastKeys;
    if (keys === undefined) throw new UnavailableError("the SDK keys of this environment cannot be read from any tier");
    return {
      value,
      version,
      tier: tier === "stale" ? "L1" : tier,
      isStale: tier === "stale" || this.#freshness.isFailing(memory),
      ageSeconds: Math.max(0, Math.floor((this.#options.clock.now() - memory.checkedAt) / 1000)),
      keys,
    };
  }

  /** For an answer from outside this isolate: behind it, at most once a second, the isolate sees whether it is behind. */
  confirm(environment: string, scope: RequestScope): void {
    this.#freshness.confirmBehind(environment, this.#options.tiers.l1.environment(environment), scope);
  }
}

/** The version that an entry answers at when nothing newer can be read. */
function staleVersion(
  entry: CacheEntry<CompiledFlag> | undefined,
  { version }: MemoryEnvironment<CompiledFlag>,
): number | undefined {
  return entry?.expiresAt === SUPERSEDED ? entry.asOf : entry && version;
}

function loadedFrom(outcome: LoadOutcome, isSuperseded: boolean): Tier | "stale" {
  return isSuperseded || (outcome !== "L2" && outcome !== "L3") ? "stale" : outcome;
}
