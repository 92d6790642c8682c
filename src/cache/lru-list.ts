import type { CacheEntry } from "./flag-cache.ts";

/** The holder of an entry, from which an eviction removes it. */
export interface EntryOwner {
  drop(key: string): boolean;
}

/** An entry of L1. It is also its own link in the list, so that a hit allocates nothing. */
export class LruNode<V> implements CacheEntry<V> {
  readonly owner: EntryOwner | undefined;
  readonly key: string;
  readonly value: V | null;
  readonly asOf: number;
  cachedAt: number;
  expiresAt: number;
  readonly bytes: number;
  hitCount = 0;
  newer: LruNode<V> = this;
  older: LruNode<V> = this;

  constructor(owner: EntryOwner | undefined, key: string, entry: Omit<CacheEntry<V>, "hitCount">, bytes: number) {
    this.owner = owner;
    this.key = key;
    this.value = entry.value;
    this.asOf = entry.asOf;
    this.cachedAt = entry.cachedAt;
    this.expiresAt = entry.expiresAt;
    this.bytes = bytes;
  }
}

/** All entries in the order of their use, as a ring around one empty node, with their total size and hit counts. */
export class LruList<V> {
  readonly #ring = new LruNode<V>(undefined, "", { value: null, asOf: 0, cachedAt: 0, expiresAt: 0 }, 0);
  size = 0;
  bytes = 0;
  hits = 0;
  misses = 0;
  evictions = 0;

  get oldest(): LruNode<V> | undefined {
    return this.size === 0 ? undefined : this.#ring.newer;
  }

  add(node: LruNode<V>): void {
    this.#link(node);
    this.size += 1;
    this.bytes += node.bytes;
  }

  touch(node: LruNode<V>): void {
    if (this.#ring.older === node) return;
    unlink(node);
    this.#link(node);
  }

  remove(node: LruNode<V>): void {
    unlink(node);
    node.newer = node;
    node.older = node;
    this.size -= 1;
    this.bytes -= node.bytes;
  }

  #link(node: LruNode<V>): void {
    const newest = this.#ring.older;
    node.newer = this.#ring;
    node.older = newest;
    newest.newer = node;
    this.#ring.older = node;
  }
}

function unlink<V>(node: LruNode<V>): void {
  node.newer.older = node.older;
  node.older.newer = node.newer;
}
