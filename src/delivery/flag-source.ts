import { SUPERSEDED } from "../cache/flag-cache.ts";
import type { MemoryEnvironment } from "../cache/memory-environment.ts";
import type { CompiledFlag } from "../evaluation/types.ts";
import type { KeyTable } from "../flags/head.ts";
import type { Clock } from "../ops/clock.ts";
import type { TieredCache } from "../cache/tiered-cache.ts";
import { type FlagSet, flagSetOf } from "./flag-set.ts";
import type { HeadCheck } from "./head.ts";
import type { Loader, LoadOutcome } from "./loader.ts";
import { MinVersionError, type RequestScope, type Tier, UnavailableError, within } from "./scope.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Snapshots } from "./snapshots.ts";

/** A check that does not finish in this time finishes behind the answer (ms). */
const CHECK_BUDGET_MS = 30;
/** An isolate that has not checked for this long waits for the check (ms) … */
const IDLE_MS = 60_000;
/** … but no longer than this (ms). */
const IDLE_BUDGET_MS = 500;
/** A failed check is not repeated sooner than this (ms). */
const RETRY_CHECK_MS = 1000;
/** A load that takes longer goes on behind the answer, if there is a snapshot to answer from (ms). */
const LOAD_BUDGET_MS = 2000;

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

interface FlagSetView extends FlagSet {
  generation: number;
  /** ms since epoch at which the first of its entries expires. */
  expiresAt: number;
  /** Something in it is known to be out of date. */
  isSuperseded: boolean;
  /** The environment's version, or the oldest that something superseded was read at. */
  version: number;
}

export interface FlagSourceOptions {
  tiers: TieredCache<CompiledFlag>;
  loader: Loader;
  headCheck: HeadCheck;
  /** Absent: caches are off. */
  snapshots?: Snapshots | undefined;
  clock: Clock;
  headCheckMs: number;
}

/** Where evaluation gets its flags: the tiers, the store behind them, and the freshness contract of the README. */
export class FlagSource {
  readonly #options: FlagSourceOptions;
  readonly #views = new WeakMap<MemoryEnvironment<CompiledFlag>, FlagSetView>();
  /** ms since epoch of the last failed check, per environment. */
  readonly #failedAt = new WeakMap<MemoryEnvironment<CompiledFlag>, number>();

  constructor(options: FlagSourceOptions) {
    this.#options = options;
  }

  /** The environment when it may be served from memory right now, without any I/O. */
  warm(environment: string, now: number): MemoryEnvironment<CompiledFlag> | undefined {
    const memory = this.#options.tiers.l1.environment(environment);
    return memory.keys !== undefined && now - memory.checkedAt < this.#options.headCheckMs ? memory : undefined;
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
    if (scope.noCache !== true && memory.keys !== undefined && memory.lookup(key) !== undefined) {
      await this.#ensureHead(environment, memory, scope);
      const hit = memory.current(key);
      if (hit !== undefined && memory.keys !== undefined) return this.#answer(memory, hit.value, "L1", memory.version);
    }
    const outcome = await this.#load(
      environment,
      memory,
      scope,
      () => this.#options.loader.flags(environment, [key], scope),
      () => memory.peek(key) !== undefined,
    );
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object") return this.#answerFrom(outcome, outcome.flag(key), memory);
    this.#requireVersion(memory, scope, outcome);
    const entry = memory.peek(key);
    if (entry === undefined) throw new UnavailableError(`flag "${key}" cannot be read from any tier`);
    const isSuperseded = entry.expiresAt === SUPERSEDED;
    return this.#answer(
      memory,
      entry.value,
      loadedFrom(outcome, isSuperseded),
      isSuperseded ? entry.asOf : memory.version,
    );
  }

  /** Every flag of the environment; undefined when there is no such environment. Errors as of {@link flag}. */
  async all(environment: string, scope: RequestScope): Promise<SourceAnswer<FlagSet> | undefined> {
    const memory = this.#options.tiers.l1.environment(environment);
    if (scope.noCache !== true && memory.keys !== undefined && this.#view(memory, false) !== undefined) {
      await this.#ensureHead(environment, memory, scope);
      const view = this.#view(memory, false);
      if (view !== undefined && memory.keys !== undefined) return this.#answer(memory, view, "L1", view.version);
    }
    const outcome = await this.#load(
      environment,
      memory,
      scope,
      () => this.#options.loader.environment(environment, scope),
      () => this.#view(memory, true) !== undefined,
    );
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object") return this.#answerFrom(outcome, outcome.all(), memory);
    this.#requireVersion(memory, scope, outcome);
    const loaded = this.#view(memory, true);
    if (loaded === undefined) throw new UnavailableError("the flags of this environment cannot be read from any tier");
    return this.#answer(memory, loaded, loadedFrom(outcome, loaded.isSuperseded), loaded.version);
  }

  /** The environment's flags when L1 holds them all fresh (with `orStale`: at all). Built once per change of L1's entries. */
  #view(memory: MemoryEnvironment<CompiledFlag>, orStale: boolean): FlagSetView | undefined {
    const now = this.#options.clock.now();
    const known = this.#views.get(memory);
    if (known !== undefined && known.generation === memory.generation && (orStale || now < known.expiresAt))
      return known;
    const index = orStale ? memory.lastIndex : memory.index;
    if (index === undefined) return undefined;
    const all: CompiledFlag[] = [];
    let { version } = memory;
    let expiresAt = Number.POSITIVE_INFINITY;
    for (const key of index) {
      const entry = orStale ? memory.peek(key) : memory.lookup(key);
      if (entry === undefined) return undefined;
      if (entry.value !== null) all.push(entry.value);
      if (entry.expiresAt === SUPERSEDED) version = Math.min(version, entry.asOf);
      expiresAt = Math.min(expiresAt, entry.expiresAt);
    }
    const view: FlagSetView = {
      ...flagSetOf(all),
      generation: memory.generation,
      expiresAt,
      isSuperseded: expiresAt === SUPERSEDED || memory.index === undefined,
      version,
    };
    this.#views.set(memory, view);
    return view;
  }

  /** Loads, or answers the snapshot to use where nothing can be loaded and L1 does not hold what is asked for. */
  async #load(
    environment: string,
    memory: MemoryEnvironment<CompiledFlag>,
    scope: RequestScope,
    load: () => Promise<LoadOutcome>,
    isHeld: () => boolean,
  ): Promise<LoadOutcome | Snapshot> {
    const { loader, snapshots } = this.#options;
    // A known outage is not waited for: only a probe would take any time.
    const budgetMs = loader.isOutage ? 0 : LOAD_BUDGET_MS;
    const loading = load();
    if (snapshots === undefined || scope.noCache === true) return loading;
    const outcome = await within(loading, budgetMs);
    if (outcome === "L2" || outcome === "L3") snapshots.answered(environment, memory, scope);
    if (outcome !== undefined && outcome !== "unavailable") return outcome;
    const minVersion = scope.minVersion ?? 0;
    if (memory.lastKeys !== undefined && memory.version >= minVersion && isHeld()) return outcome ?? loading;
    const snapshot = await snapshots.read(environment, scope);
    if (snapshot === undefined || snapshot.version < minVersion) return outcome ?? loading;
    if (outcome === undefined) scope.waitUntil(loading.catch(() => undefined));
    return snapshot;
  }

  async #ensureHead(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): Promise<void> {
    if (memory.version === 0 || scope.noCache === true) return; // the load brings the head
    const { clock, headCheckMs, headCheck, snapshots } = this.#options;
    const now = clock.now();
    if (scope.minVersion !== undefined && memory.version < scope.minVersion) {
      await within(headCheck.check(environment, scope), IDLE_BUDGET_MS);
      if (memory.version < scope.minVersion) throw new MinVersionError(scope.minVersion, memory.version);
      return;
    }
    const age = now - memory.checkedAt;
    if (age < headCheckMs) return;
    const failedAt = this.#failedAt.get(memory);
    if (failedAt !== undefined && now - failedAt < RETRY_CHECK_MS) return;
    const check = headCheck.check(environment, scope).then((outcome) => {
      if (outcome === "unavailable") this.#failedAt.set(memory, clock.now());
      else this.#failedAt.delete(memory);
      if (outcome === "L2" || outcome === "L3") snapshots?.answered(environment, memory, scope);
    });
    // Also for a follower of another request's check: what it does with the outcome dies with its own request otherwise.
    scope.waitUntil(check);
    await within(check, age > IDLE_MS ? IDLE_BUDGET_MS : CHECK_BUDGET_MS);
  }

  #requireVersion(memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope, outcome: LoadOutcome): void {
    if (scope.minVersion === undefined || memory.version >= scope.minVersion) return;
    if (outcome === "unavailable") throw new UnavailableError(`version ${scope.minVersion} cannot be confirmed`);
    throw new MinVersionError(scope.minVersion, memory.version);
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
      isStale: tier === "stale" || this.#failedAt.has(memory),
      ageSeconds: Math.max(0, Math.floor((this.#options.clock.now() - memory.checkedAt) / 1000)),
      keys,
    };
  }
}

function loadedFrom(outcome: LoadOutcome, isSuperseded: boolean): Tier | "stale" {
  return isSuperseded || (outcome !== "L2" && outcome !== "L3") ? "stale" : outcome;
}
