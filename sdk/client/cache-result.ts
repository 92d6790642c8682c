/** Keeps the results of a function in this process. */
import { getCacheKey } from "./cache-key.ts";

export interface CacheResultOptions {
  /** How long a result is kept (s). Default: 300. */
  timeoutSeconds?: number | undefined;
  /** Names the function in cache keys and messages. Default: the name of the function. */
  keyPrefix?: string | undefined;
  /** The largest number of results. The one that was not used for longest makes room. Default: 1,000. */
  maxEntries?: number | undefined;
  /**
   * Returns the version on which the results depend, or `undefined` if it is unknown. When it changes, all results are
   * forgotten. Every call asks, so keep it cheap. If it fails, the call fails.
   */
  version?: (() => Version | Promise<Version>) | undefined;
  /** Returns the time (ms since epoch). Tests set it. @internal */
  now?: (() => number) | undefined;
  /** Returns a signal that aborts after `ms`. Tests set it. @internal */
  timeout?: ((ms: number) => AbortSignal) | undefined;
}

export type Version = string | number | undefined;

/** A function that remembers its results. All callers with equal arguments get the same object: do not change it. */
export interface CachedFunction<Args extends readonly unknown[], Value> {
  (...args: Args): Promise<Value>;
  /** Forgets the result for these arguments, also if it is on its way. Returns whether there was one. */
  invalidate(...args: Args): boolean;
}

/** A call of the function that has not ended. */
interface Load<Value> {
  promise: Promise<Value>;
  startedAt: number;
}

/**
 * How long a call waits for the result of another one (ms). On Workers, a promise ends with the request that made it,
 * and a caller that waits for a dead one must not hang.
 */
const JOIN_MS = 10_000;
const LATE: unique symbol = Symbol("late");

/**
 * Returns a function that calls `fn` once for equal arguments, and remembers the result. Calls at the same time share
 * one call of `fn`. Errors reach all of these callers and are not remembered.
 *
 * @example
 * const getUserProfile = cacheResult(loadProfile, { timeoutSeconds: 600, keyPrefix: "user_profile" });
 * await getUserProfile(userId);
 * getUserProfile.invalidate(userId);
 * @throws TypeError an option is not usable; names it
 */
export function cacheResult<Args extends readonly unknown[], Value>(
  fn: (...args: Args) => Value,
  options: CacheResultOptions = {},
): CachedFunction<Args, Awaited<Value>> {
  const { keyPrefix = fn.name, version } = options;
  if (keyPrefix === "") throw new TypeError("keyPrefix is missing, and the function has no name");
  const results = new Results<Awaited<Value>>(options);
  const checkVersion = async (): Promise<void> => {
    if (version !== undefined) results.moveTo(await version());
  };
  const call = async (...args: Args): Promise<Awaited<Value>> => {
    const key = getCacheKey(keyPrefix, ...args);
    await checkVersion();
    return results.resolve(key, async (): Promise<Awaited<Value>> => await fn(...args), checkVersion);
  };
  return Object.assign(call, {
    invalidate: (...args: Args): boolean => results.delete(getCacheKey(keyPrefix, ...args)),
  });
}

/** The results of one function, with those on their way. */
class Results<Value> {
  readonly #timeoutMs: number;
  readonly #maxEntries: number;
  readonly #now: () => number;
  readonly #timeout: (ms: number) => AbortSignal;
  /** In the order of their last use. */
  readonly #kept = new Map<string, { value: Value; keptAt: number }>();
  readonly #loads = new Map<string, Load<Value>>();
  #version: Version;

  /** @throws TypeError */
  constructor({ timeoutSeconds = 300, maxEntries = 1000, now = Date.now, timeout }: CacheResultOptions) {
    if (!(timeoutSeconds > 0)) throw new TypeError(`timeoutSeconds must be above 0, not ${String(timeoutSeconds)}`);
    if (!(Number.isInteger(maxEntries) && maxEntries > 0))
      throw new TypeError(`maxEntries must be a whole number above 0, not ${String(maxEntries)}`);
    this.#timeoutMs = timeoutSeconds * 1000;
    this.#maxEntries = maxEntries;
    this.#now = now;
    this.#timeout = timeout ?? ((ms) => AbortSignal.timeout(ms));
  }

  /** Forgets everything, also what is on its way, if the version is another one. */
  moveTo(version: Version): void {
    if (version === undefined || version === this.#version) return;
    this.#version = version;
    this.#kept.clear();
    this.#loads.clear();
  }

  #get(key: string): { value: Value } | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    if (!this.#isWithin(kept.keptAt, this.#timeoutMs)) return undefined;
    this.#kept.set(key, kept);
    return kept;
  }

  delete(key: string): boolean {
    const [wasKept, wasLoading] = [this.#kept.delete(key), this.#loads.delete(key)];
    return wasKept || wasLoading;
  }

  /** Returns the result that is kept, that of a load under way, or that of `work`. */
  async resolve(key: string, work: () => Promise<Value>, checkVersion: () => Promise<void>): Promise<Value> {
    const kept = this.#get(key);
    if (kept !== undefined) return kept.value;
    let load = this.#loads.get(key);
    while (load !== undefined && this.#isWithin(load.startedAt, JOIN_MS)) {
      const value = await this.#follow(load);
      if (value !== LATE) return value;
      // Of the callers that gave up together, one starts the next load and the others follow it.
      const next = this.#loads.get(key);
      load = next === load ? undefined : next;
    }
    // Nothing is awaited between the look-up and this, so that no two callers load.
    return this.#load(key, work, checkVersion);
  }

  async #follow({ promise, startedAt }: Load<Value>): Promise<Value | typeof LATE> {
    // The clock may have moved on since the check.
    const signal = this.#timeout(Math.max(startedAt + JOIN_MS - this.#now(), 0));
    const late = new Promise<typeof LATE>((resolve) => signal.addEventListener("abort", () => resolve(LATE)));
    return Promise.race([promise, late]);
  }

  /** Keeps the result of `work`, unless it was invalidated or the version changed in the meantime. */
  async #load(key: string, work: () => Promise<Value>, checkVersion: () => Promise<void>): Promise<Value> {
    const load = { promise: work(), startedAt: this.#now() };
    this.#loads.delete(key);
    this.#loads.set(key, load);
    dropOldest(this.#loads, this.#maxEntries);
    try {
      const value = await load.promise;
      // The work may have seen the flags of an isolate that is behind, whose version is not that of the results.
      await checkVersion();
      if (this.#loads.get(key) === load) this.#keep(key, value);
      return value;
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  #keep(key: string, value: Value): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, keptAt: this.#now() });
    dropOldest(this.#kept, this.#maxEntries);
  }

  /** False if the instant lies ahead: the clock was set back, and nothing may live longer because of that. */
  #isWithin(since: number, ms: number): boolean {
    const age = this.#now() - since;
    return age >= 0 && age < ms;
  }
}

function dropOldest(map: Map<string, unknown>, maxEntries: number): void {
  for (const key of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(key);
  }
}
