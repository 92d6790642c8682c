/** The eight operations of a cache tier, and what an entry carries. */

export type Awaitable<T> = T | Promise<T>;

/** `expiresAt` of an entry that is known to be out of date, and kept in case its successor cannot be read. */
export const SUPERSEDED = 0;

/** `value: null` is a cached "does not exist". */
export interface CacheEntry<V> {
  readonly value: V | null;
  /** The version of the reading that this entry comes from. */
  readonly asOf: number;
  /** ms since epoch. */
  readonly cachedAt: number;
  /** ms since epoch; SUPERSEDED: a change has named the flag since, so only `peek` still shows it. */
  readonly expiresAt: number;
  /** How often this tier has answered with this entry. */
  readonly hitCount: number;
}

export interface SetOptions {
  /** Environment version at which the value was read; a tier refuses a value older than its head. */
  asOf: number;
  /** Default: the tier's own. 0: not kept. */
  ttlMs?: number;
}

export interface CacheStats {
  hits: number;
  misses: number;
  /** Entries held. */
  size: number;
  /** Bytes held, estimated from the serialised form. */
  bytes: number;
  evictions: number;
  /** Commands that failed or timed out. */
  errors: number;
  /** hits / (hits + misses), 0 when nothing was asked. */
  hitRate: number;
}

/**
 * A cache of one value per environment and flag key. A failing tier throws `TierError`, never
 * answers a miss: a miss would send the herd on to the store.
 */
export interface FlagCache<V> {
  get(environment: string, key: string): Awaitable<CacheEntry<V> | undefined>;
  getMany(environment: string, keys: readonly string[]): Awaitable<Map<string, CacheEntry<V>>>;
  /** False: refused, because the tier already knows a newer version. */
  set(environment: string, key: string, value: V | null, options: SetOptions): Awaitable<boolean>;
  setMany(environment: string, values: ReadonlyMap<string, V | null>, options: SetOptions): Awaitable<boolean>;
  invalidate(environment: string, key: string): Awaitable<void>;
  invalidateMany(environment: string, keys: readonly string[]): Awaitable<void>;
  /** One environment, or everything under the tier's prefix. */
  clear(environment?: string): Awaitable<void>;
  stats(): Awaitable<CacheStats>;
}
