import {
  type Change,
  changesAfter,
  contiguousEnd,
  fieldsOf,
  type Head,
  INDEX_FIELD,
  KEYS_FIELD,
  MAX_CHANGES,
} from "../flags/changes.ts";
import type { FlagIndex } from "../flags/reading.ts";
import type { KeyTable } from "../flags/sdk-keys.ts";
import { type CacheEntry, SUPERSEDED } from "./flag-cache.ts";
import { type EntryOwner, type LruList, LruNode } from "./lru-list.ts";

/**
 * What one isolate holds of one environment. Everything that is not superseded is true at `version`: an entry read at
 * an older version is taken only when no change since then names it, and moving on supersedes exactly what the changes
 * name. What is superseded stays, until it is replaced or evicted, as the last known good.
 */
export class MemoryEnvironment<V> implements EntryOwner {
  /** Newest version that this isolate has seen; 0: unknown. Never goes back. */
  version = 0;
  /** The last changes, oldest first, contiguous, ending at `version`. */
  changes: readonly Change[] = [];
  /** ms since epoch of the last confirmed head check; 0: never. */
  checkedAt = 0;
  /** ms since epoch at which the version moved last in this isolate; 0: never. */
  movedAt = 0;
  /** Called after each move, by whichever request brought it: may only hand on, not wait or write. */
  onMove: (() => void) | undefined;
  /** Moves with every change of the entries or the index, but not when an entry expires. */
  generation = 0;
  /** Order of last use among the environments of the tier. */
  usedAt = 0;
  readonly #list: LruList<V>;
  readonly #now: () => number;
  readonly #nodes = new Map<string, LruNode<V>>();
  #keys: KeyTable | undefined;
  #index: FlagIndex | undefined;
  #areKeysCurrent = false;
  #isIndexCurrent = false;
  #indexAsOf = 0;

  constructor(list: LruList<V>, now: () => number) {
    this.#list = list;
    this.#now = now;
  }

  get keys(): KeyTable | undefined {
    return this.#areKeysCurrent ? this.#keys : undefined;
  }

  get index(): FlagIndex | undefined {
    return this.#isIndexCurrent ? this.#index : undefined;
  }

  /** The SDK keys even when they are superseded. */
  get lastKeys(): KeyTable | undefined {
    return this.#keys;
  }

  /** The index even when it is superseded. */
  get lastIndex(): FlagIndex | undefined {
    return this.#index;
  }

  /** The entry while it is fresh; counted. Reading the clock is the dearest part: many lookups share one `now` (ms). */
  lookup(key: string, now = this.#now()): CacheEntry<V> | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined || node.expiresAt <= now) {
      this.#list.misses += 1;
      return undefined;
    }
    this.#list.hits += 1;
    node.hitCount += 1;
    this.#list.touch(node);
    return node;
  }

  /** As `peek`, with what the tier keeps about it. */
  node(key: string): LruNode<V> | undefined {
    return this.#nodes.get(key);
  }

  /** The entry even when it has expired or is superseded; not counted. */
  peek(key: string): CacheEntry<V> | undefined {
    return this.#nodes.get(key);
  }

  /** Flag keys of everything held, expired or known absent too. */
  heldKeys(): IterableIterator<string> {
    return this.#nodes.keys();
  }

  /** The entry when it is true at `version`, even when it has expired; not counted. */
  current(key: string): CacheEntry<V> | undefined {
    const node = this.#nodes.get(key);
    return node === undefined || node.expiresAt === SUPERSEDED ? undefined : node;
  }

  /** Version that the index was read at; 0: there is none. */
  get indexAsOf(): number {
    return this.#indexAsOf;
  }

  /** Fields that may not be taken from a picture of version `asOf`, because a change since then names them. */
  changedSince(asOf: number): ReadonlySet<string> | "*" {
    if (asOf < 1) return "*";
    if (asOf === this.version) return NOTHING;
    const changes = asOf < this.version ? changesAfter(this.changes, asOf, this.version) : undefined;
    return changes ? fieldsOf(changes) : "*";
  }

  /**
   * Moves on to a newer head and supersedes what its changes name, or everything when they do not reach back to the
   * version known here. False: the head is not newer, nothing happens.
   */
  advance(head: Head): boolean {
    const listed = contiguousEnd(head.changes, head.version).slice(-MAX_CHANGES);
    if (head.version <= this.version) {
      if (head.version === this.version && listed.length > this.changes.length) this.changes = listed;
      return false;
    }
    const news = this.version === 0 ? undefined : changesAfter(listed, this.version, head.version);
    if (this.version !== 0) this.#supersede(news ? fieldsOf(news) : "*");
    const merged = news ? [...this.changes, ...news].slice(-MAX_CHANGES) : listed;
    this.changes = merged.length >= listed.length ? merged : listed;
    this.version = head.version;
    this.movedAt = this.#now();
    this.onMove?.();
    return true;
  }

  /** False: refused, a change after `asOf` names the table. */
  setKeys(keys: KeyTable, asOf: number): boolean {
    if (isNamed(this.changedSince(asOf), KEYS_FIELD)) return false;
    this.#keys = keys;
    this.#areKeysCurrent = true;
    return true;
  }

  /** False: refused, a change after `asOf` names the index. */
  setIndex(index: FlagIndex, asOf: number): boolean {
    if (isNamed(this.changedSince(asOf), INDEX_FIELD)) return false;
    this.#index = index;
    this.#isIndexCurrent = true;
    this.#indexAsOf = asOf;
    this.generation += 1;
    return true;
  }

  /** Files an entry; whether it may be taken is the tier's decision. */
  put(key: string, entry: Omit<CacheEntry<V>, "hitCount">, bytes: number): void {
    this.drop(key);
    const node = new LruNode(this, key, entry, bytes);
    this.#nodes.set(key, node);
    this.#list.add(node);
    this.generation += 1;
  }

  drop(key: string): boolean {
    const node = this.#nodes.get(key);
    if (!node) return false;
    this.#nodes.delete(key);
    this.#list.remove(node);
    this.generation += 1;
    return true;
  }

  /** Forgets the contents; the version stays, so that nothing older can come back. */
  dropAll(): void {
    for (const node of this.#nodes.values()) this.#list.remove(node);
    this.#nodes.clear();
    this.#keys = undefined;
    this.#index = undefined;
    this.generation += 1;
  }

  #supersede(fields: ReadonlySet<string> | "*"): void {
    for (const field of fields === "*" ? this.#nodes.keys() : fields) {
      const node = this.#nodes.get(field);
      if (node) node.expiresAt = SUPERSEDED;
    }
    if (fields === "*" || fields.has(KEYS_FIELD)) this.#areKeysCurrent = false;
    if (fields === "*" || fields.has(INDEX_FIELD)) this.#isIndexCurrent = false;
    this.generation += 1;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function isNamed(changed: ReadonlySet<string> | "*", field: string): boolean {
  return changed === "*" || changed.has(field);
}
