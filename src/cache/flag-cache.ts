/** The eight operations of a cache tier, and the form of an entry. */

export type Awaitable<T> = T | Promise<T>;

/** The `expiresAt` of an entry that is out of date, and stays only in case its successor cannot be read. */
export const SUPERSEDED = 0;

/** The `expiresAt` of an entry that is right for as long as the environment's head is confirmed again and again. */
export const UNTIL_A_GAP = Number.POSITIVE_INFINITY;

/** A cached flag. `value` is null if the flag is known not to exist. */
export interface CacheEntry<V> {
  readonly value: V | null;
  /** The version of the reading that this entry comes from. */
  readonly asOf: number;
  /** ms since epoch. */
  readonly cachedAt: number;
  /**
   * ms since epoch, UNTIL_A_GAP, or SUPERSEDED if a change has named the flag since: then only `peek` still returns the
   * entry.
   */
  readonly expiresAt: number;
  /** How often this tier has returned this entry. */
  readonly hitCount: number;
}

export interface SetOptions {
  /** The environment version at which the value was read. A tier refuses a value that is older than its head. */
  asOf: number;
  /** Default: the tier's own. With 0, the value is not stored. */
  ttlMs?: number;
}

export interface CacheStats {
  hits: number;
  misses: number;
  /** The number of entries. */
  size: number;
  /** The size of the entries, estimated from their serialised form. */
  bytes: number;
  evictions: number;
  /** The number of commands that failed or timed out. */
  errors: number;
  /** hits / (hits + misses), or 0 without any look-up. */
  hitRate: number;
}

/**
 * A cache of one value per environment and flag key. A failing tier throws `TierError` instead of reporting a miss,
 * because a miss would send every request on to the store.
 */
export interface FlagCache<V> {
  get(environment: string, key: string): Awaitable<CacheEntry<V> | undefined>;
  getMany(environment: string, keys: readonly string[]): Awaitable<Map<string, CacheEntry<V>>>;
  /** Returns false, and stores nothing, if the tier already knows a newer version. */
  set(environment: string, key: string, value: V | null, options: SetOptions): Awaitable<boolean>;
  setMany(environment: string, values: ReadonlyMap<string, V | null>, options: SetOptions): Awaitable<boolean>;
  invalidate(environment: string, key: string): Awaitable<void>;
  invalidateMany(environment: string, keys: readonly string[]): Awaitable<void>;
  /** Clears one environment, or everything under the tier's prefix. */
  clear(environment?: string): Awaitable<void>;
  stats(): Awaitable<CacheStats>;
}
