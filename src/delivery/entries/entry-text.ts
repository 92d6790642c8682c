/**
 * An environment at one version as text, for the data centre's cache and for bundled snapshots. The first line
 * describes the text. Each further line holds one field, named as in L2's hash: `@keys`, and then flags in the order of
 * their keys. The last line shows that the text was not cut off.
 */
import { parseJson, parseKeyTable } from "../../cache/redis/reading-text.ts";
import { KEYS_FIELD } from "../../flags/changes.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";

/** An environment of more text than this is stored in shards (characters). */
const SHARD_CHARS = 1024 * 1024;
/** The largest size of a shard, for an environment that would otherwise need too many shards (characters). */
const MAX_SHARD_CHARS = 2 * SHARD_CHARS;
/** A larger environment is not stored, because reading it would take too many cache operations. */
export const MAX_SHARDS = 12;

/**
 * No isolate is this far behind (ms). So if a lower version was the newest this much later than a higher one, the
 * database was restored in between.
 */
const MAX_LAG_MS = 10 * 60_000;

const LAST_LINE = "\n@end";

/** A version, and the tag that tells its contents from others of the same number. */
export interface TaggedVersion {
  version: number;
  tag: string;
}

export interface Taken extends TaggedVersion {
  /** When the version was last known to be the newest (ms since epoch). */
  takenAt: number;
}

export interface EntryTop extends Taken {
  schemaVersion: number;
  /** The flags of this text that client keys may not see. */
  hidden: readonly string[];
  /**
   * The first flag key of each shard, if the flags are in shards. In a shard, its own first key and that of the next
   * shard.
   */
  shards?: readonly string[];
  /** The earlier version, stored whole, that this text changes. `undefined` if this text is whole itself. */
  base?: TaggedVersion;
  /** The flags that changed since `base`. Those that have no line are gone. */
  changed?: readonly string[];
}

/** One flag's document as JSON. */
export type FlagLine = readonly [flagKey: string, document: string];

/** Writes an entry, or one shard if there are no keys. */
export function writeEntry(top: EntryTop, keys: KeyTable | undefined, flags: Iterable<FlagLine>): string {
  const lines = [JSON.stringify(top)];
  if (keys !== undefined) lines.push(`${KEYS_FIELD} ${JSON.stringify(keys)}`);
  for (const [key, document] of flags) lines.push(`${key} ${document}`);
  return lines.join("\n") + LAST_LINE;
}

/** Splits flags into shards. Returns one list if they need no shards, and `undefined` if they need too many. */
export function toShards(flags: readonly FlagLine[]): FlagLine[][] | undefined {
  const shards: FlagLine[][] = [[]];
  const total = flags.reduce((sum, flag) => sum + sizeOf(flag), 0);
  // One less, because no shard is quite full.
  const shardChars = Math.min(Math.max(SHARD_CHARS, total / (MAX_SHARDS - 1)), MAX_SHARD_CHARS);
  let chars = 0;
  for (const flag of flags) {
    const size = sizeOf(flag);
    if (chars > 0 && chars + size > shardChars) {
      shards.push([]);
      chars = 0;
    }
    shards.at(-1)?.push(flag);
    chars += size;
  }
  return shards.length > MAX_SHARDS ? undefined : shards;
}

function sizeOf([key, document]: FlagLine): number {
  return key.length + document.length + 2;
}

/**
 * An entry's text. A line is parsed only when its flag is asked for. The keys and documents that it returns do not keep
 * the text in memory.
 */
export class EntryText {
  readonly top: EntryTop;
  readonly keys: KeyTable | undefined;
  readonly #text: string;

  private constructor(text: string, top: EntryTop, keys: KeyTable | undefined) {
    this.#text = text;
    this.top = top;
    this.keys = keys;
  }

  /** Returns `undefined` if the text was cut off, is damaged, or has another schema version. */
  static parse(text: string, schemaVersion: number): EntryText | undefined {
    const end = text.indexOf("\n");
    if (end < 0 || !text.endsWith(LAST_LINE)) return undefined;
    const top = parseJson(text.slice(0, end));
    if (!isTop(top) || top.schemaVersion !== schemaVersion) return undefined;
    return new EntryText(text, top, parseKeyTable(lineIn(text, KEYS_FIELD)));
  }

  /** The length of the text (characters). */
  get size(): number {
    return this.#text.length;
  }

  /** Returns the flag's document as JSON; `undefined` if this text has none. */
  document(flagKey: string): string | undefined {
    return lineIn(this.#text, flagKey);
  }

  /** Every flag of this text. */
  *flags(): Generator<FlagLine> {
    const last = this.#text.length - LAST_LINE.length;
    let start = this.#text.indexOf("\n") + 1;
    while (start > 0 && start <= last) {
      const newline = this.#text.indexOf("\n", start);
      const space = this.#text.indexOf(" ", start);
      const key = copyOf(this.#text, start, space);
      if (key !== KEYS_FIELD) yield [key, copyOf(this.#text, space + 1, newline)];
      start = newline + 1;
    }
  }
}

export function isTagged(value: unknown): value is TaggedVersion {
  if (typeof value !== "object" || value === null) return false;
  const { version, tag } = value as Partial<TaggedVersion>;
  return Number.isSafeInteger(version) && typeof tag === "string";
}

export function isSame(one: TaggedVersion, other: TaggedVersion): boolean {
  return one.version === other.version && one.tag === other.tag;
}

/**
 * Whether `one` replaces `other`: it has the higher version, or it was the newest so much later that the database must
 * have been restored in between.
 */
export function isNewer(one: Taken, other: Taken): boolean {
  return one.version > other.version
    ? other.takenAt - one.takenAt < MAX_LAG_MS
    : one.version < other.version && one.takenAt - other.takenAt >= MAX_LAG_MS;
}

function lineIn(text: string, name: string): string | undefined {
  // JSON contains no line break, so this finds nothing but the beginning of a line.
  const at = text.indexOf(`\n${name} `);
  if (at < 0) return undefined;
  return copyOf(text, at + name.length + 2, text.indexOf("\n", at + 1));
}

/**
 * Copies a part of a text. A slice alone would keep all of the text in memory: V8 stores only where it lies. Slicing a
 * concatenation copies it first.
 */
function copyOf(text: string, start: number, end: number): string {
  return ` ${text.slice(start, end)}`.slice(1);
}

function isTop(value: unknown): value is EntryTop {
  if (typeof value !== "object" || value === null) return false;
  const { schemaVersion, takenAt, hidden } = value as Partial<EntryTop>;
  const areNumbers = Number.isSafeInteger(schemaVersion) && Number.isSafeInteger(takenAt);
  return isTagged(value) && areNumbers && Array.isArray(hidden);
}
