/**
 * L1 over L2. A reading of L2 is right at L2's own head. L1 first moves to that head and then stores the reading: all
 * of it, or, if it comes from a replica that lags behind this isolate, all but the fields that have changed since.
 */
import type { FlagDocument } from "../flags/document.ts";
import { type Change, changesAfter, type Head, KEYS_FIELD } from "../flags/changes.ts";
import type { Reading } from "../flags/reading.ts";
import { type CacheEntry, type CacheStats, type FlagCache, type SetOptions, SUPERSEDED } from "./flag-cache.ts";
import type { MemoryTier } from "./memory-tier.ts";
import { formatReading } from "./redis/reading-text.ts";
import type { RedisTier } from "./redis/tier.ts";

export interface TieredCacheOptions<V> {
  l1: MemoryTier<V>;
  /** Left out if the worker runs without Redis. */
  l2?: RedisTier | undefined;
  /** Must not throw. */
  compile: (document: FlagDocument, text?: string) => V;
  documentOf: (value: V) => FlagDocument;
  /** Returns the version of a value's document. */
  versionOf: (value: V) => number;
  /** Loads the libraries that `compile` needs for the documents. `undefined` if there is nothing to wait for. */
  prepare?: (documents: Iterable<FlagDocument | null>) => Promise<void> | undefined;
  /** ms since epoch. */
  now: () => number;
}

/**
 * The two cache tiers together. Every method that needs L2 throws a `TierError` if L2 fails, and the caller decides how
 * to go on.
 *
 * @example
 * const { missing } = await cache.fetch("production", ["checkout"]); // one L2 command
 * if (missing.length > 0) ctx.waitUntil(cache.accept("production", await readStore(missing))());
 * cache.l1.get("production", "checkout")?.value;
 */
export class TieredCache<V> implements FlagCache<V> {
  readonly l1: MemoryTier<V>;
  readonly l2: RedisTier | undefined;
  readonly #options: TieredCacheOptions<V>;

  constructor(options: TieredCacheOptions<V>) {
    this.l1 = options.l1;
    this.l2 = options.l2;
    this.#options = options;
  }

  async get(environment: string, key: string): Promise<CacheEntry<V> | undefined> {
    return this.l1.get(environment, key) ?? (await this.#getFromL2(environment, [key])).get(key);
  }

  async getMany(environment: string, keys: readonly string[]): Promise<Map<string, CacheEntry<V>>> {
    const entries = this.l1.getMany(environment, keys);
    const missing = keys.filter((key) => !entries.has(key));
    for (const [key, entry] of await this.#getFromL2(environment, missing)) entries.set(key, entry);
    return entries;
  }

  set(environment: string, key: string, value: V | null, options: SetOptions): Promise<boolean> {
    return this.setMany(environment, new Map([[key, value]]), options);
  }

  /**
   * Stores values. Newer ones move L1 on, which then drops all older entries, because no changes come with the values.
   */
  async setMany(environment: string, values: ReadonlyMap<string, V | null>, options: SetOptions): Promise<boolean> {
    this.l1.advance(environment, { version: options.asOf, changes: [] });
    const isTaken = this.l1.setMany(environment, values, options);
    if (!this.l2) return isTaken;
    const documents = new Map<string, FlagDocument | null>();
    for (const [key, value] of values) documents.set(key, value === null ? null : this.#options.documentOf(value));
    return (await this.l2.setMany(environment, documents, options)) && isTaken;
  }

  async invalidate(environment: string, key: string): Promise<void> {
    await this.invalidateMany(environment, [key]);
  }

  async invalidateMany(environment: string, keys: readonly string[]): Promise<void> {
    this.l1.invalidateMany(environment, keys);
    await this.l2?.invalidateMany(environment, keys);
  }

  async clear(environment?: string): Promise<void> {
    this.l1.clear(environment);
    await this.l2?.clear(environment);
  }

  /** Returns the executable forms of the flags that exist. Await {@link prepared} first. */
  compileAll({ flags, texts }: Pick<Reading, "flags" | "texts">): V[] {
    const { compile } = this.#options;
    return Array.from(flags).flatMap(([key, document]) =>
      document === null ? [] : compile(document, texts?.get(key)),
    );
  }

  /** Returns the reading once its documents can be compiled, because compiling is synchronous. */
  async prepared<R extends Pick<Reading, "flags"> | undefined>(reading: Promise<R> | R): Promise<R> {
    const read = await reading;
    const loading = read && this.#options.prepare?.(read.flags.values());
    if (loading !== undefined) await loading;
    return read;
  }

  /** Returns the hits of either tier, the misses of both, and the size and bytes of L1, without a command. */
  stats(): CacheStats {
    const l1 = this.l1.stats();
    const l2 = this.l2?.counts();
    if (!l2) return l1;
    const hits = l1.hits + l2.hits;
    const lookups = hits + l2.misses;
    return { ...l1, hits, misses: l2.misses, errors: l2.errors, hitRate: lookups === 0 ? 0 : hits / lookups };
  }

  /** Brings flags and the SDK keys into L1 with one command. `found` says whether L2 has a head of this environment. */
  async fetch(environment: string, flagKeys: readonly string[]): Promise<{ found: boolean; missing: string[] }> {
    const startedAt = this.#options.now();
    const reading = await this.prepared(this.l2?.read(environment, [KEYS_FIELD, ...flagKeys]));
    if (!reading) return { found: false, missing: [...flagKeys] };
    await this.#catchUp(environment, reading);
    const taken = this.#absorb(environment, reading, startedAt);
    return { found: true, missing: flagKeys.filter((key) => !taken.has(key)) };
  }

  /** Brings the whole environment into L1 with one command. `missing` is "all" if L2 does not list the flags. */
  async fetchAll(environment: string): Promise<{ found: boolean; missing: string[] | "all" }> {
    const startedAt = this.#options.now();
    const reading = await this.prepared(this.l2?.readAll(environment));
    if (!reading) return { found: false, missing: "all" };
    await this.#catchUp(environment, reading);
    const taken = new Set(this.#absorb(environment, reading, startedAt).keys());
    const { index, rest = [] } = reading;
    if (!index || this.l1.environment(environment).index !== index) return { found: true, missing: "all" };
    for (const part of rest) {
      for (const key of this.take(environment, await this.prepared(part)).keys()) taken.add(key);
    }
    return { found: true, missing: index.filter((key) => !taken.has(key)) };
  }

  /**
   * Confirms or moves L1's head with one command, which also brings the changed flags. Returns "unknown" if L2 has no
   * head.
   */
  async checkHead(environment: string): Promise<"current" | "advanced" | "unknown"> {
    const startedAt = this.#options.now();
    const { version: known, tag } = this.l1.environment(environment);
    // A changed flag that this isolate has never been asked for is not worth compiling.
    const isWanted = (key: string): boolean => {
      const held = this.l1.environment(environment);
      return held.index !== undefined || held.peek(key) !== undefined;
    };
    const reading = await this.prepared(this.l2?.readChanges(environment, known, isWanted, tag));
    if (!reading) return "unknown";
    const held = this.l1.environment(environment);
    const isMoved = held.advance(headOf(reading));
    this.#absorb(environment, reading, startedAt);
    return isMoved ? "advanced" : "current";
  }

  /**
   * Stores a {@link prepared} reading of the store in L1. `readAt` is when the reading began (ms since epoch). Returns
   * the function that writes the same to L2 with one command; run it in `waitUntil`.
   */
  accept(environment: string, reading: Reading, readAt = this.#options.now()): () => Promise<boolean> {
    const { asOf, changes, tag } = reading;
    const held = this.l1.environment(environment);
    held.advance(headOf(reading));
    this.take(environment, reading);
    if (held.version === asOf) held.confirm(readAt);
    // L2's head may be further behind than L1's was. With the longer list, it need not start over.
    const known = held.version === asOf && held.changes.length > (changes?.length ?? 0) ? held.changes : changes;
    const { l2 } = this;
    if (l2 === undefined) return () => Promise.resolve(false);
    // The function must hold the text only: documents of a large environment together take too much memory.
    const fields = formatReading(reading, l2.schemaVersion);
    if (fields.size === 0 && (changes?.length ?? 0) === 0) return () => Promise.resolve(true); // L2 would store nothing
    return () => l2.fill(environment, asOf, known, fields, tag);
  }

  /**
   * Stores a {@link prepared} reading of an earlier time in L1, as far as no change since then names its fields, and
   * nothing of another history. The head is not confirmed by it. Returns the flags that it took.
   */
  take(environment: string, reading: Reading): Map<string, V | null> {
    const { asOf, tag, keys, index, hidden } = reading;
    const held = this.l1.environment(environment);
    const changed = held.changedSince(asOf, tag);
    if (changed === "*") return new Map();
    if (keys) held.setKeys(keys, asOf);
    if (index) held.setIndex(index, asOf, hidden);
    return this.#promote(environment, reading, changed);
  }

  /**
   * Publishes committed changes, oldest first, to both tiers, to L1 even if L2 fails. The last one has the `tag`.
   * Returns the head afterwards; a later version if L2's head was of another history.
   */
  async publish(environment: string, changes: readonly Change[], tag?: string): Promise<number> {
    const version = changes.at(-1)?.[0];
    if (version === undefined) throw new RangeError("publish needs at least one change");
    const held = this.l1.environment(environment);
    held.advance({ version, changes: [...changes], tag });
    return this.l2 ? this.l2.publish(environment, changes, tag) : held.version;
  }

  async #getFromL2(environment: string, keys: readonly string[]): Promise<Map<string, CacheEntry<V>>> {
    const entries = new Map<string, CacheEntry<V>>();
    if (!this.l2 || keys.length === 0) return entries;
    const startedAt = this.#options.now();
    const reading = await this.prepared(this.l2.lookup(environment, keys));
    if (!reading) return entries;
    for (const [key, value] of this.#absorb(environment, reading, startedAt)) {
      // The value is right even if L1 has no room for it.
      const passing = { value, asOf: reading.asOf, cachedAt: startedAt, expiresAt: startedAt, hitCount: 0 };
      entries.set(key, this.l1.environment(environment).peek(key) ?? passing);
    }
    return entries;
  }

  /**
   * Asks L2 for older changes if L1 would have to start over because the reading's head lists too few, as when a load
   * overtakes the head check of an isolate that was idle.
   */
  async #catchUp(environment: string, { asOf, changes = [] }: Reading): Promise<void> {
    const { version } = this.l1.environment(environment);
    if (version === 0 || asOf <= version || changesAfter(changes, version, asOf)) return;
    await this.checkHead(environment).catch(() => undefined);
  }

  /** Moves L1 on to the head of L2 and stores what was read. Returns the flags it took. */
  #absorb(environment: string, reading: Reading, readAt: number): Map<string, V | null> {
    const held = this.l1.environment(environment);
    held.advance(headOf(reading));
    held.confirm(readAt, reading.asOf);
    return this.take(environment, reading);
  }

  #promote(environment: string, { flags, asOf, texts }: Reading, changed: ReadonlySet<string>): Map<string, V | null> {
    const held = this.l1.environment(environment);
    const values = new Map<string, V | null>();
    for (const [key, document] of flags) {
      if (changed.has(key)) continue;
      values.set(key, document === null ? null : this.#compiled(document, texts?.get(key), held.peek(key)));
    }
    this.l1.setMany(environment, values, { asOf });
    return values;
  }

  /**
   * Compiles a flag once per version, however often it is read. The store gives a document a new version with every
   * change of its contents, but a restored database uses versions again (docs/reliability.md, A restored backup). So if
   * a change of everything has superseded the known flag, its document is compared.
   */
  #compiled(document: FlagDocument, text: string | undefined, known: CacheEntry<V> | undefined): V {
    const { compile, versionOf } = this.#options;
    const isSame =
      known !== undefined &&
      known.value !== null &&
      versionOf(known.value) === document.version &&
      (known.expiresAt !== SUPERSEDED || this.#isDocumentOf(known.value, document));
    return isSame ? known.value : compile(document, text);
  }

  #isDocumentOf(value: V, document: FlagDocument): boolean {
    return JSON.stringify(this.#options.documentOf(value)) === JSON.stringify(document);
  }
}

function headOf({ asOf, changes, tag }: Reading): Head {
  return { version: asOf, changes: changes ?? [], tag };
}
