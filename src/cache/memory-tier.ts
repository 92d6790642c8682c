import type { Head } from "../flags/changes.ts";
import { type CacheEntry, type CacheStats, type FlagCache, type SetOptions, UNTIL_A_GAP } from "./flag-cache.ts";
import { LruList } from "./lru-list.ts";
import { MemoryEnvironment } from "./memory-environment.ts";

/** A lifetime varies by this share to either side, so that entries stored together do not expire together. */
const JITTER = 0.1;
const MAX_ENVIRONMENTS = 100;
/** Names that callers make up have a budget of their own, so that they never evict a flag. */
const MAX_ABSENT = 1000;

export interface MemoryTierOptions<V> {
  maxEntries: number;
  /** In the unit of {@link sizeOf}. */
  maxBytes: number;
  /**
   * The longest gap between two confirmations of an environment's head that its entries survive. With 0, entries are
   * expired from the start, so that only `peek` returns them.
   */
  ttlMs: number;
  /** The lifetime of flags that are known not to exist. */
  absentTtlMs: number;
  /** ms since epoch. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Returns an entry's size. */
  sizeOf(key: string, value: V | null): number;
  maxEnvironments?: number;
}

/**
 * L1, one isolate's memory. Flags of all environments share one budget and one order of use, and so do the names that
 * are known to be absent. Expired and superseded entries stay until they are replaced or evicted, because they are the
 * last known good that `peek` returns.
 */
export class MemoryTier<V> implements FlagCache<V> {
  readonly #options: MemoryTierOptions<V>;
  readonly #list = new LruList<V>();
  readonly #absent = new LruList<V>();
  readonly #environments = new Map<string, MemoryEnvironment<V>>();
  #uses = 0;

  constructor(options: MemoryTierOptions<V>) {
    this.#options = options;
  }

  /** Returns the environment, creating it if it is new. If there are too many, the least recently used one goes. */
  environment(name: string): MemoryEnvironment<V> {
    const environment = this.#environments.get(name) ?? this.#addEnvironment(name);
    this.#uses += 1;
    environment.usedAt = this.#uses;
    return environment;
  }

  /** How many environments may be held at once. */
  get maxEnvironments(): number {
    return this.#options.maxEnvironments ?? MAX_ENVIRONMENTS;
  }

  /** Returns the environment if it is held. Unlike {@link environment}, it neither creates it nor counts as a use. */
  peek(name: string): MemoryEnvironment<V> | undefined {
    return this.#environments.get(name);
  }

  get(environment: string, key: string): CacheEntry<V> | undefined {
    return this.environment(environment).lookup(key);
  }

  getMany(environment: string, keys: readonly string[]): Map<string, CacheEntry<V>> {
    const held = this.environment(environment);
    const now = this.#options.now();
    const entries = new Map<string, CacheEntry<V>>();
    for (const key of keys) {
      const entry = held.lookup(key, now);
      if (entry) entries.set(key, entry);
    }
    return entries;
  }

  set(environment: string, key: string, value: V | null, options: SetOptions): boolean {
    return this.setMany(environment, new Map([[key, value]]), options);
  }

  /**
   * Stores values read at `asOf`. The environment's version here must not be older than `asOf` (call `advance` first),
   * so that no entry is newer than the version claimed; an unknown environment takes `asOf` as its version. Leaves out
   * values that a change after `asOf` names, and returns false if there are any.
   */
  setMany(environment: string, values: ReadonlyMap<string, V | null>, options: SetOptions): boolean {
    const held = this.environment(environment);
    if (held.version === 0 && options.asOf > 0) held.advance({ version: options.asOf, changes: [] });
    const changed = held.changedSince(options.asOf);
    if (changed === "*") return false;
    let isComplete = true;
    for (const [key, value] of values) {
      if (changed.has(key)) isComplete = false;
      else this.#put(held, key, value, options);
    }
    return isComplete;
  }

  invalidate(environment: string, key: string): void {
    this.environment(environment).drop(key);
  }

  invalidateMany(environment: string, keys: readonly string[]): void {
    const held = this.environment(environment);
    for (const key of keys) held.drop(key);
  }

  clear(environment?: string): void {
    if (environment !== undefined) return this.environment(environment).dropAll();
    for (const held of this.#environments.values()) held.dropAll();
  }

  stats(): CacheStats {
    const absent = this.#absent;
    const { hits, misses } = this.#list;
    const size = this.#list.size + absent.size;
    const bytes = this.#list.bytes + absent.bytes;
    const evictions = this.#list.evictions + absent.evictions;
    const lookups = hits + misses;
    return { hits, misses, size, bytes, evictions, errors: 0, hitRate: lookups === 0 ? 0 : hits / lookups };
  }

  /** Moves the environment to a newer head, as {@link MemoryEnvironment.advance} does. */
  advance(environment: string, head: Head): boolean {
    return this.environment(environment).advance(head);
  }

  #put(held: MemoryEnvironment<V>, key: string, value: V | null, options: SetOptions): void {
    const { maxEntries, maxBytes, now, random, sizeOf } = this.#options;
    const known = held.node(key);
    const isSame = value !== null && known?.value === value;
    const bytes = isSame ? known.bytes : sizeOf(key, value);
    held.drop(key);
    if (options.ttlMs === 0 || bytes > maxBytes || maxEntries < 1) return;
    // Evict first: a value that was just read must still be there when its reader looks.
    if (value === null) evictUntil(this.#absent, Math.min(MAX_ABSENT, maxEntries) - 1, maxBytes);
    else evictUntil(this.#list, maxEntries - 1, maxBytes - bytes);
    const cachedAt = now();
    const lifetimeMs = options.ttlMs ?? this.#lifetimeOf(value);
    const expiresAt = cachedAt + lifetimeMs * (1 - JITTER + 2 * JITTER * random());
    held.put(key, { value, asOf: options.asOf, cachedAt, expiresAt }, bytes);
  }

  #lifetimeOf(value: V | null): number {
    if (value === null) return this.#options.absentTtlMs;
    return this.#options.ttlMs === 0 ? 0 : UNTIL_A_GAP;
  }

  #addEnvironment(name: string): MemoryEnvironment<V> {
    if (this.#environments.size >= this.maxEnvironments) this.#dropOldestEnvironment();
    const { now, ttlMs } = this.#options;
    const environment = new MemoryEnvironment<V>({ flags: this.#list, absent: this.#absent }, now, ttlMs);
    this.#environments.set(name, environment);
    return environment;
  }

  #dropOldestEnvironment(): void {
    let oldest: [string, MemoryEnvironment<V>] | undefined;
    for (const item of this.#environments) if (!oldest || item[1].usedAt < oldest[1].usedAt) oldest = item;
    if (!oldest) return;
    oldest[1].dropAll();
    this.#environments.delete(oldest[0]);
  }
}

function evictUntil<V>(list: LruList<V>, maxEntries: number, maxBytes: number): void {
  while (list.size > maxEntries || list.bytes > maxBytes) {
    const { oldest } = list;
    if (!oldest?.owner?.drop(oldest.key)) return;
    list.evictions += 1;
  }
}
