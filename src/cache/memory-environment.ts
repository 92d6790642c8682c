import {
  type Change,
  changesAfter,
  changesFrom,
  contiguousEnd,
  fieldsOf,
  type Head,
  hasOtherTag,
  INDEX_FIELD,
  KEYS_FIELD,
  MAX_CHANGES,
} from "../flags/changes.ts";
import type { FlagIndex } from "../flags/reading.ts";
import type { KeyTable } from "../flags/sdk-keys.ts";
import { Confirmations } from "./confirmations.ts";
import { type EntryLists, EntryTable } from "./entry-table.ts";
import { type CacheEntry, SUPERSEDED } from "./flag-cache.ts";
import type { LruNode } from "./lru-list.ts";

/**
 * One environment in one isolate's memory. Every entry that is not superseded is right at `version`: an entry read at
 * an older version is accepted only if no change since then names it, and a move supersedes exactly the entries that
 * the changes name. Superseded entries stay as the last known good until they are replaced or evicted.
 */
export class MemoryEnvironment<V> {
  /** The order of last use among the tier's environments. */
  usedAt = 0;
  readonly #now: () => number;
  readonly #confirmations: Confirmations;
  readonly #entries: EntryTable<V>;
  #version = 0;
  #tag: string | undefined;
  /** Readings of earlier versions may be of another history. */
  #historyFrom = 1;
  #histories = 0;
  #changes: readonly Change[] = [];
  #movedAt = 0;
  #indexGeneration = 0;
  #onMove: (() => void) | undefined;
  #keys: KeyTable | undefined;
  #index: FlagIndex | undefined;
  #areKeysCurrent = false;
  #isIndexCurrent = false;
  #indexAsOf = 0;
  #keysAsOf = 0;
  #hidden = new Set<string>();

  /** `maxGapMs` is the longest gap between two confirmations of the head that its entries survive. */
  constructor(lists: EntryLists<V>, now: () => number, maxGapMs: number) {
    this.#now = now;
    this.#confirmations = new Confirmations(maxGapMs);
    this.#entries = new EntryTable(lists, this.#confirmations);
  }

  /** The newest version that this isolate has seen; 0 if it has seen none. It never goes back. */
  get version(): number {
    return this.#version;
  }

  /**
   * The random tag of `version`; `undefined` if it is unknown. A restored database gives version numbers out again, and
   * two contents of one number have different tags.
   */
  get tag(): string | undefined {
    return this.#tag;
  }

  /** How often the isolate may have met another history. Nothing that it knew before then counts. */
  get histories(): number {
    return this.#histories;
  }

  /** The last changes, oldest first and contiguous, ending at `version`. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** When the head was last confirmed (ms since epoch); 0 if it never was. */
  get checkedAt(): number {
    return this.#confirmations.checkedAt;
  }

  /** Whether the head that was checked last is behind `version`. */
  get isHeadBehind(): boolean {
    return this.#confirmations.isBehind;
  }

  /** When the version last moved in this isolate (ms since epoch); 0 if it never did. */
  get movedAt(): number {
    return this.#movedAt;
  }

  /** A number that grows with every change of the entries or the index, but not when an entry expires. */
  get generation(): number {
    return this.#entries.generation + this.#indexGeneration;
  }

  /** The SDK keys, unless a change has superseded them. */
  get keys(): KeyTable | undefined {
    return this.#areKeysCurrent ? this.#keys : undefined;
  }

  /** The index, unless a change has superseded it. */
  get index(): FlagIndex | undefined {
    return this.#isIndexCurrent ? this.#index : undefined;
  }

  /** The SDK keys, even if they are superseded. */
  get lastKeys(): KeyTable | undefined {
    return this.#keys;
  }

  /** The index, even if it is superseded. */
  get lastIndex(): FlagIndex | undefined {
    return this.#index;
  }

  /**
   * Returns the entry if it is fresh, and counts a hit or a miss. Many lookups share one `now` (ms): reading the clock
   * costs most.
   */
  lookup(key: string, now = this.#now()): CacheEntry<V> | undefined {
    return this.#entries.lookup(key, now);
  }

  /** As {@link peek}, with the tier's own bookkeeping. */
  node(key: string): LruNode<V> | undefined {
    return this.#entries.get(key);
  }

  /** Returns the entry even if it has expired or is superseded, and counts nothing. */
  peek(key: string): CacheEntry<V> | undefined {
    return this.#entries.get(key);
  }

  /** The flag keys of all entries, including expired ones and flags known not to exist. */
  heldKeys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Returns the entry if it is right at `version`, even if it has expired, and counts nothing. */
  current(key: string): CacheEntry<V> | undefined {
    const node = this.#entries.get(key);
    return node === undefined || node.expiresAt === SUPERSEDED ? undefined : node;
  }

  /** The version that the index was read at; 0 if there is none. */
  get indexAsOf(): number {
    return this.#indexAsOf;
  }

  /** Whether the index listed the flag as hidden from client keys, and no change has named it since. */
  isHidden(key: string): boolean {
    return this.#hidden.has(key);
  }

  /** The version that the SDK keys were read at; 0 if there are none. */
  get keysAsOf(): number {
    return this.#keysAsOf;
  }

  /**
   * Records that the head was confirmed at `readAt` (ms since epoch). `version` is the version of that head, which may
   * be behind the one known here.
   */
  confirm(readAt: number, version = this.#version): void {
    const now = this.#now();
    this.#entries.notice(now);
    this.#confirmations.confirm(readAt, now, version < this.#version);
  }

  /** Whether a gap between confirmations has ended the entries that were stored at this time (ms since epoch). */
  isBrokenSince(storedAt: number, now: number): boolean {
    return this.#confirmations.isBrokenSince(storedAt, now);
  }

  /**
   * Sets the one listener that is called after each move, or removes it. The request that brought the move calls it, so
   * it may only resolve promises: it must neither wait nor do I/O.
   */
  onMove(listener: (() => void) | undefined): void {
    this.#onMove = listener;
  }

  /**
   * The fields that a reading of version `asOf` cannot supply, because a change since then names them. With the
   * reading's `tag`, also finds out whether it is of another history.
   */
  changedSince(asOf: number, tag?: string): ReadonlySet<string> | "*" {
    if (asOf < this.#historyFrom) return "*";
    if (asOf === this.#version) return hasOtherTag(tag, this.#tag) ? "*" : NOTHING;
    const changes = asOf < this.#version ? changesAfter(this.#changes, asOf, this.#version) : undefined;
    return changes && (tag ?? changes[0]?.[2]) === changes[0]?.[2] ? fieldsOf(changes) : "*";
  }

  /**
   * Moves to a newer head and supersedes the entries that its changes name, or all entries if the changes do not lead
   * on from the version known here, with its tag. A head of the same version with another tag supersedes all entries.
   * Returns false, and keeps the entries, if the head is neither.
   */
  advance(head: Head): boolean {
    if (head.version < this.#version) return false;
    const listed = contiguousEnd(head.changes, head.version).slice(-MAX_CHANGES);
    if (head.version === this.#version) return this.#meet(head.tag, listed);
    const news = this.#version === 0 ? undefined : changesFrom(head, this.#version, this.#tag);
    if (this.#version !== 0) this.#supersede(news ? fieldsOf(news) : "*");
    // Nobody knows whether a restore lies in the gap.
    if (this.#version !== 0 && news === undefined) this.#leaveHistory(head.version);
    const merged = news ? [...this.#changes, ...news].slice(-MAX_CHANGES) : listed;
    this.#changes = merged.length >= listed.length ? merged : listed;
    this.#version = head.version;
    this.#tag = head.tag;
    this.#moved();
    return true;
  }

  /** Returns false, and refuses the table, if a change after `asOf` names it. */
  setKeys(keys: KeyTable, asOf: number): boolean {
    if (isNamed(this.changedSince(asOf), KEYS_FIELD)) return false;
    this.#keys = keys;
    this.#areKeysCurrent = true;
    this.#keysAsOf = asOf;
    return true;
  }

  /**
   * Returns false, and refuses the index, if a change after `asOf` names it. `hidden` are the keys of the flags that
   * client keys may not see, if they are known.
   */
  setIndex(index: FlagIndex, asOf: number, hidden?: readonly string[]): boolean {
    const changed = this.changedSince(asOf);
    if (changed === "*" || changed.has(INDEX_FIELD)) return false;
    if (hidden !== undefined) this.#hidden = new Set(hidden.filter((key) => !changed.has(key)));
    this.#index = index;
    this.#isIndexCurrent = true;
    this.#indexAsOf = asOf;
    this.#indexGeneration += 1;
    return true;
  }

  /** Stores an entry. The tier decides before whether it may be stored. */
  put(key: string, entry: Omit<CacheEntry<V>, "hitCount">, bytes: number): void {
    this.#entries.put(key, entry, bytes);
  }

  drop(key: string): boolean {
    return this.#entries.drop(key);
  }

  /** Drops the contents but keeps the version, so that nothing older can come back. */
  dropAll(): void {
    this.#entries.dropAll();
    this.#keys = undefined;
    this.#index = undefined;
    this.#hidden.clear();
  }

  /** Takes what a head of the version known here adds. Returns whether it is of another history. */
  #meet(tag: string | undefined, listed: readonly Change[]): boolean {
    if (!hasOtherTag(tag, this.#tag)) {
      this.#tag ??= tag;
      if (listed.length > this.#changes.length) this.#changes = listed;
      return false;
    }
    this.#supersede("*");
    this.#changes = listed;
    this.#tag = tag;
    this.#leaveHistory(this.#version);
    this.#moved();
    return true;
  }

  #leaveHistory(from: number): void {
    this.#historyFrom = from;
    this.#histories += 1;
  }

  #moved(): void {
    this.#movedAt = this.#now();
    this.#onMove?.();
  }

  #supersede(fields: ReadonlySet<string> | "*"): void {
    for (const field of fields === "*" ? this.#entries.keys() : fields) {
      this.#entries.supersede(field);
      this.#hidden.delete(field);
    }
    if (fields === "*") this.#hidden.clear();
    if (fields === "*" || fields.has(KEYS_FIELD)) this.#areKeysCurrent = false;
    if (fields === "*" || fields.has(INDEX_FIELD)) this.#isIndexCurrent = false;
    this.#indexGeneration += 1;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function isNamed(changed: ReadonlySet<string> | "*", field: string): boolean {
  return changed === "*" || changed.has(field);
}
