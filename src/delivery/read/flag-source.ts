import { SUPERSEDED } from "../../cache/flag-cache.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { Reading } from "../../flags/reading.ts";
import type { SharedHeads } from "../entries/shared-heads.ts";
import type { Environments, EnvironmentState } from "../environment.ts";
import { LoadLimitError, type RequestScope, UnavailableError } from "../request-scope.ts";
import { type FlagSet, flagSetOf } from "./flag-set.ts";
import { Freshness, type FreshnessOptions } from "./freshness.ts";
import { type LoadPlan, planEnvironment, planFlags } from "./load-plans.ts";
import type { Loader } from "./loader.ts";
import { type Load, settle } from "./settle.ts";
import {
  type Found,
  isPlain,
  loadedFrom,
  requireVersion,
  resultOf,
  snapshotResult,
  type SourceQuestion,
  warmResult,
} from "./source-result.ts";

export interface FlagSourceOptions extends FreshnessOptions {
  tiers: TieredCache<CompiledFlag>;
  environments: Environments;
  loader: Loader;
  /** Whether the backends may be asked, for this SDK key, for a name that may not exist. Default: always. */
  mayLoadUnknown?: (keyId: string) => boolean;
  /** `undefined` if the isolates of a data centre share nothing. */
  sharedHeads?: SharedHeads | undefined;
}

/** The source of flags for evaluation: the tiers, the store behind them, and the rules of freshness in the README. */
export class FlagSource {
  readonly #options: FlagSourceOptions;
  readonly #freshness: Freshness;

  constructor(options: FlagSourceOptions) {
    this.#options = options;
    this.#freshness = new Freshness(options);
  }

  /** Whether the environment may be served from memory right now, without any I/O. */
  isWarm(environment: string): boolean {
    const { environments, clock, headCheckMs } = this.#options;
    return environments.of(environment).isWarm(clock.now(), headCheckMs);
  }

  /** The newest version of the environment that this isolate has seen; 0 if it has seen none. */
  knownVersion(environment: string): number {
    return this.#options.environments.of(environment).version;
  }

  /**
   * Returns what this isolate knows of the environment's versions: the newest, its tag, and what has changed up to it.
   */
  history(environment: string): Pick<EnvironmentState["memory"], "version" | "tag" | "changedSince"> {
    return this.#options.environments.of(environment).memory;
  }

  /**
   * Takes over the version of a response that this data centre had stored, and confirms the head behind it. Returns
   * false if the isolate knows another version: it never goes back, and never claims a version that it has not seen.
   */
  adoptVersion(environment: string, version: number, scope: RequestScope): boolean {
    const state = this.#options.environments.of(environment);
    if (state.version === 0) state.memory.advance({ version, changes: [] });
    else if (state.version !== version) return false;
    this.#freshness.checkHeadBehind(state, scope);
    return true;
  }

  /**
   * Looks for a version that an event announced to a client, so that the response is of that version if it can be read.
   */
  async seekVersion(environment: string, version: number, scope: RequestScope): Promise<void> {
    const state = this.#options.environments.of(environment);
    if (state.version < version) await this.#freshness.seekVersion(state, version, scope);
  }

  /**
   * Returns whether the environment lists the SDK key, after a look at the head if this isolate does not know the key.
   * True also while no keys are known: reading flags brings them, and the caller checks the key against those.
   */
  async listsKey(environment: string, keyId: string, scope: RequestScope): Promise<boolean> {
    const state = this.#options.environments.of(environment);
    const { clock } = this.#options;
    if (!state.lacksKey(keyId, clock.now())) return true;
    await this.#freshness.checkUnknownKey(state, scope);
    return state.memory.keys === undefined || !state.lacksKey(keyId, clock.now());
  }

  /**
   * Returns one flag, without a promise if the isolate is warm; the value is null if the environment has no such flag.
   * @throws UnavailableError no tier holds the flag and the store cannot be read
   * @throws MinVersionError `scope.minVersion` is not visible yet
   * @throws LoadLimitError too many requests ask the backends for unknown flags or versions
   */
  flag(
    question: SourceQuestion,
    flagKey: string,
    now = this.#options.clock.now(),
  ): Found<CompiledFlag | null> | Promise<Found<CompiledFlag | null>> {
    const { environments, headCheckMs, loader } = this.#options;
    const { environment, scope } = question;
    const state = environments.of(environment);
    const { memory } = state;
    const isWarm = isPlain(scope) && state.isWarm(now, headCheckMs);
    if (this.#lacksKey(state, question, now))
      return this.#afterKeyCheck(question, (asked) => this.flag(asked, flagKey));
    const mayServe = scope.noCache !== true && memory.keys !== undefined;
    const entry = mayServe ? memory.lookup(flagKey, now) : undefined;
    if (entry !== undefined && isWarm) return warmResult(memory, entry.value, now);
    const isKnown = entry !== undefined || (mayServe && isKnownAbsent(state, flagKey, question));
    if (isKnown && isWarm) return warmResult(memory, null, now);
    this.#requireMayLookAhead(state, question);
    if (state.isAbsent(now)) return undefined;
    if (isKnown) return this.#confirmedFlag(state, flagKey, scope);
    const plan = planFlags(state, [flagKey]);
    if (state.hasNeverSeen(flagKey) && !loader.isLoading(plan, scope)) this.#requireMayLoad(question);
    const load = { plan, startedAt: now, outcome: loader.load(state, plan, scope) };
    const loaded = this.#loadedFlag(state, flagKey, scope, load);
    return this.#keyChecked(question, loaded, (asked) => this.flag(asked, flagKey));
  }

  /** Returns every flag of the environment, otherwise as {@link flag}. */
  all(question: SourceQuestion, now = this.#options.clock.now()): Found<FlagSet> | Promise<Found<FlagSet>> {
    const { environments, headCheckMs, loader } = this.#options;
    const { environment, scope } = question;
    const state = environments.of(environment);
    if (this.#lacksKey(state, question, now)) return this.#afterKeyCheck(question, (asked) => this.all(asked));
    this.#requireMayLookAhead(state, question);
    if (state.isAbsent(now)) return undefined;
    const mayServe = scope.noCache !== true && state.memory.keys !== undefined;
    const held = mayServe ? state.flagSet(now, { orStale: false }) : undefined;
    if (held !== undefined) {
      const isWarm = isPlain(scope) && state.isWarm(now, headCheckMs);
      return isWarm ? resultOf(state, held, "L1", held.version, now) : this.#confirmedAll(state, scope);
    }
    if (state.isTooLarge(now)) return this.#knownTooLarge(state, scope);
    const plan = planEnvironment(state);
    const load = { plan, startedAt: now, outcome: loader.load(state, plan, scope) };
    return this.#keyChecked(question, this.#loadedAll(state, scope, load), (asked) => this.all(asked));
  }

  #lacksKey(state: EnvironmentState, { keyId, isKeyChecked }: SourceQuestion, now: number): boolean {
    return keyId !== undefined && isKeyChecked !== true && state.lacksKey(keyId, now);
  }

  /** Finds out whether an unknown SDK key is new, and if so asks again, without the check. */
  async #afterKeyCheck<V>(
    question: SourceQuestion,
    ask: (checked: SourceQuestion) => Found<V> | Promise<Found<V>>,
  ): Promise<Found<V>> {
    const { environment, keyId = "", scope } = question;
    if (!(await this.listsKey(environment, keyId, scope))) return undefined;
    return ask({ ...question, isKeyChecked: true });
  }

  /** A data centre's table of keys lacks keys that are newer than its head, so a cold isolate looks behind it once. */
  async #keyChecked<V>(
    question: SourceQuestion,
    loaded: Promise<Found<V>>,
    ask: (checked: SourceQuestion) => Found<V> | Promise<Found<V>>,
  ): Promise<Found<V>> {
    const found = await loaded;
    const { environment, keyId, isKeyChecked, scope } = question;
    if (found?.tier !== "data-centre" || keyId === undefined || isKeyChecked === true) return found;
    if (Object.hasOwn(found.keys, keyId)) return found;
    await this.#freshness.checkUnknownKey(this.#options.environments.of(environment), scope, true);
    return ask({ ...question, isKeyChecked: true });
  }

  /** Bounds how often one isolate asks the backends for versions that holders of one SDK key claim to know. */
  #requireMayLookAhead({ version }: EnvironmentState, { keyId, scope: { minVersion } }: SourceQuestion): void {
    if (keyId === undefined || minVersion === undefined || minVersion <= version) return;
    if (this.#options.mayLookAhead?.(keyId) === false) throw new LoadLimitError();
  }

  /**
   * Bounds how often one isolate asks the backends for names that a caller may have made up. A name that an index or
   * L1 knows, however long ago, is not one of them, so no flood of made-up names can refuse a flag. Neither is one that
   * another request is loading. Reads past the caches have a limit of their own.
   */
  #requireMayLoad({ keyId, scope }: SourceQuestion): void {
    if (keyId === undefined || scope.noCache === true) return;
    if (this.#options.mayLoadUnknown?.(keyId) === false) throw new LoadLimitError();
  }

  /** L1 holds the flag, or knows that it does not exist; the head has to be checked first. */
  async #confirmedFlag(
    state: EnvironmentState,
    flagKey: string,
    scope: RequestScope,
  ): Promise<Found<CompiledFlag | null>> {
    const { memory } = state;
    await this.#freshness.checkHead(state, scope);
    const entry = memory.current(flagKey);
    if (memory.keys !== undefined && (entry !== undefined || state.lacksFlag(flagKey))) {
      return resultOf(state, entry?.value ?? null, "L1", memory.version, this.#options.clock.now());
    }
    return this.#loadedFlag(state, flagKey, scope, this.#start(state, planFlags(state, [flagKey]), scope));
  }

  async #confirmedAll(state: EnvironmentState, scope: RequestScope): Promise<Found<FlagSet>> {
    await this.#freshness.checkHead(state, scope);
    const now = this.#options.clock.now();
    const held = state.flagSet(now, { orStale: false });
    if (held !== undefined && state.memory.keys !== undefined)
      return resultOf(state, held, "L1", held.version, this.#options.clock.now());
    if (state.isTooLarge(now)) return this.#knownTooLarge(state, scope);
    return this.#loadedAll(state, scope, this.#start(state, planEnvironment(state), scope));
  }

  async #loadedFlag(
    state: EnvironmentState,
    flagKey: string,
    scope: RequestScope,
    load: Load,
  ): Promise<Found<CompiledFlag | null>> {
    const { memory } = state;
    const outcome = await settle(this.#options, state, scope, load, () => state.heldVersion(flagKey));
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object")
      return snapshotResult(state, outcome, outcome.flag(flagKey), this.#options.clock.now());
    const entry = memory.peek(flagKey);
    const version = state.heldVersion(flagKey);
    requireVersion(version ?? memory.version, scope, outcome);
    if (version === undefined) throw new UnavailableError(`flag "${flagKey}" cannot be read from any tier`);
    const isSuperseded = entry === undefined || entry.expiresAt === SUPERSEDED;
    return resultOf(state, entry?.value ?? null, loadedFrom(outcome, isSuperseded), version, this.#options.clock.now());
  }

  async #loadedAll(state: EnvironmentState, scope: RequestScope, load: Load): Promise<Found<FlagSet>> {
    const stale = () => state.flagSet(this.#options.clock.now(), { orStale: true });
    const outcome = await settle(this.#options, state, scope, load, () => stale()?.version);
    if (outcome === "unknown-environment") return undefined;
    if (typeof outcome === "object") return snapshotResult(state, outcome, outcome.all(), this.#options.clock.now());
    const loaded = stale();
    if (loaded === undefined && outcome !== "unavailable") {
      return this.#readingResult(state, scope, await this.#readTooLarge(state, scope));
    }
    requireVersion(loaded?.version ?? state.version, scope, outcome);
    if (loaded === undefined) throw new UnavailableError("the flags of this environment cannot be read from any tier");
    return resultOf(state, loaded, loadedFrom(outcome, loaded.isSuperseded), loaded.version, this.#options.clock.now());
  }

  #start(state: EnvironmentState, plan: LoadPlan, scope: RequestScope): Load {
    const { loader, clock } = this.#options;
    return { plan, startedAt: clock.now(), outcome: loader.load(state, plan, scope) };
  }

  /** If the store cannot be read, a load finds the snapshot of an environment that is known to be larger than L1. */
  async #knownTooLarge(state: EnvironmentState, scope: RequestScope): Promise<Found<FlagSet> | undefined> {
    const reading = await this.#readTooLarge(state, scope);
    if (reading === undefined) return this.#loadedAll(state, scope, this.#start(state, planEnvironment(state), scope));
    return this.#readingResult(state, scope, reading);
  }

  async #readTooLarge(state: EnvironmentState, scope: RequestScope): Promise<Reading | undefined> {
    const { loader } = this.#options;
    const known = state.version;
    const reading = await loader.readAll(state, scope);
    // A reading joined from another request may be older than the version that this isolate knew when it asked. If so,
    // read again.
    return reading !== undefined && reading.asOf < known ? loader.readAll(state, scope) : reading;
  }

  /** An environment that L1 has no room for is compiled for each response, which is slow and right. */
  #readingResult(state: EnvironmentState, scope: RequestScope, reading: Reading | undefined): Found<FlagSet> {
    requireVersion(reading?.asOf ?? 0, scope, reading ? "L3" : "unavailable");
    if (reading === undefined) throw new UnavailableError("the flags of this environment cannot be read from any tier");
    const value = flagSetOf(this.#options.tiers.compileAll(reading).toSorted((a, b) => (a.key < b.key ? -1 : 1)));
    const read = reading.keys ?? {};
    const keys = state.version > reading.asOf ? (state.memory.keys ?? read) : read;
    return { value, version: reading.asOf, tier: "L3", isStale: false, ageSeconds: 0, keys };
  }
}

/** Whether L1 says that the caller finds no such flag. For a client key, that includes flags that are hidden. */
function isKnownAbsent(state: EnvironmentState, flagKey: string, { seesOnlyVisible }: SourceQuestion): boolean {
  return state.lacksFlag(flagKey) || (seesOnlyVisible === true && state.hidesFlag(flagKey));
}
