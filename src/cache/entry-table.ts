import type { Confirmations } from "./confirmations.ts";
import { type CacheEntry, SUPERSEDED, UNTIL_A_GAP } from "./flag-cache.ts";
import { type EntryOwner, type LruList, LruNode } from "./lru-list.ts";

/** The tier's entries in the order of their use. */
export interface EntryLists<V> {
  flags: LruList<V>;
  /** Flags known not to exist. */
  absent: LruList<V>;
}

/** The entries of one environment by flag key. They share the lists with those of other environments. */
export class EntryTable<V> implements EntryOwner {
  readonly #lists: EntryLists<V>;
  readonly #confirmations: Confirmations;
  readonly #nodes = new Map<string, LruNode<V>>();
  /** A number that grows with every change of the entries, but not when an entry expires. */
  generation = 0;

  constructor(lists: EntryLists<V>, confirmations: Confirmations) {
    this.#lists = lists;
    this.#confirmations = confirmations;
  }

  /** Returns the entry if it is fresh, and counts a hit or a miss. */
  lookup(key: string, now: number): LruNode<V> | undefined {
    const node = this.#nodes.get(key);
    const { flags } = this.#lists;
    if (node === undefined || !this.#isFresh(node, now)) {
      flags.misses += 1;
      return undefined;
    }
    flags.hits += 1;
    node.hitCount += 1;
    this.#listOf(node).touch(node);
    return node;
  }

  /** Returns the entry even if it has expired or is superseded, and counts nothing. */
  get(key: string): LruNode<V> | undefined {
    return this.#nodes.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#nodes.keys();
  }

  put(key: string, entry: Omit<CacheEntry<V>, "hitCount">, bytes: number): void {
    this.drop(key);
    this.notice(entry.cachedAt);
    const node = new LruNode(this, key, entry, bytes);
    this.#nodes.set(key, node);
    this.#listOf(node).add(node);
    this.generation += 1;
  }

  drop(key: string): boolean {
    const node = this.#nodes.get(key);
    if (!node) return false;
    this.#nodes.delete(key);
    this.#listOf(node).remove(node);
    this.generation += 1;
    return true;
  }

  dropAll(): void {
    for (const node of this.#nodes.values()) this.#listOf(node).remove(node);
    this.#nodes.clear();
    this.generation += 1;
  }

  supersede(key: string): void {
    const node = this.#nodes.get(key);
    if (node) node.expiresAt = SUPERSEDED;
    this.generation += 1;
  }

  /** Notices the time (ms since epoch), and moves the entries into the new time if the clock was set back. */
  notice(now: number): void {
    const timeOf = this.#confirmations.notice(now);
    if (timeOf === undefined) return;
    for (const node of this.#nodes.values()) if (node.expiresAt === UNTIL_A_GAP) node.cachedAt = timeOf(node.cachedAt);
    this.generation += 1;
  }

  #isFresh(node: LruNode<V>, now: number): boolean {
    // An entry from later than now was stored before the clock was set back.
    if (node.expiresAt <= now || node.cachedAt > now) return false;
    return node.expiresAt !== UNTIL_A_GAP || !this.#confirmations.isBrokenSince(node.cachedAt, now);
  }

  #listOf({ value }: LruNode<V>): LruList<V> {
    return value === null ? this.#lists.absent : this.#lists.flags;
  }
}
