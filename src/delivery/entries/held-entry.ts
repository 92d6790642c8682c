import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { EntryText, FlagLine, TaggedVersion } from "./entry-text.ts";

/** An environment at one version, as far as this isolate has read it from its data centre. It does no I/O. */
export class HeldEntry implements TaggedVersion {
  readonly version: number;
  readonly tag: string;
  /** When the version was last known to be the newest (ms since epoch). */
  readonly takenAt: number;
  readonly keys: KeyTable;
  /** The entry that is stored whole: this one, or the one that it changes. */
  readonly whole: TaggedVersion & { shards: readonly string[] };
  readonly #own: EntryText;
  readonly #base: EntryText | undefined;
  readonly #changed: ReadonlySet<string>;
  readonly #shards = new Map<number, EntryText>();

  /** `base` is the whole entry that `own` changes; `undefined` if `own` is whole itself. */
  constructor(own: EntryText, keys: KeyTable, base: EntryText | undefined) {
    const { version, tag, takenAt, changed = [] } = own.top;
    const whole = (base ?? own).top;
    this.version = version;
    this.tag = tag;
    this.takenAt = takenAt;
    this.keys = keys;
    this.whole = { version: whole.version, tag: whole.tag, shards: whole.shards ?? [] };
    this.#own = own;
    this.#base = base;
    this.#changed = new Set(changed);
  }

  /** The length of all text that is held (characters). */
  get size(): number {
    let size = this.#own.size + (this.#base?.size ?? 0);
    for (const shard of this.#shards.values()) size += shard.size;
    return size;
  }

  /** Returns the numbers of the shards that have to be read before the flags can be looked up. */
  missingShards(flagKeys: readonly string[] | "all"): number[] {
    const { shards } = this.whole;
    const needed =
      flagKeys === "all"
        ? shards.keys()
        : new Set(flagKeys.filter((key) => !this.#changed.has(key)).map((key) => shardOf(shards, key)));
    return [...needed].filter((shard) => shard >= 0 && !this.#shards.has(shard));
  }

  /**
   * Returns false, and refuses the shard, if it does not hold the flags that belong there: another release may have
   * split the same environment in other places.
   */
  addShard(number: number, shard: EntryText): boolean {
    const { shards } = this.whole;
    const [first, next] = shard.top.shards ?? [];
    if (first !== shards[number] || next !== shards[number + 1]) return false;
    this.#shards.set(number, shard);
    return true;
  }

  /** Returns the flag's document as JSON; `undefined` if there is no such flag. Its shard must have been added. */
  document(flagKey: string): string | undefined {
    const own = this.#own.document(flagKey);
    if (own !== undefined || this.#changed.has(flagKey)) return own;
    const { shards } = this.whole;
    const text = shards.length > 0 ? this.#shards.get(shardOf(shards, flagKey)) : this.#base;
    return text?.document(flagKey);
  }

  /** Returns every flag, sorted by key. All shards must have been added. */
  flags(): FlagLine[] {
    const flags = [...this.#own.flags()];
    for (const text of [this.#base, ...this.#shards.values()]) {
      for (const flag of text?.flags() ?? []) if (!this.#changed.has(flag[0])) flags.push(flag);
    }
    return flags.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Returns the keys of the flags that client keys may not see. */
  hidden(): string[] {
    const before = this.#base?.top.hidden.filter((key) => !this.#changed.has(key)) ?? [];
    return [...before, ...this.#own.top.hidden];
  }
}

/** Returns the number of the shard that would hold the flag; -1 if none does. */
function shardOf(shards: readonly string[], flagKey: string): number {
  return shards.findLastIndex((first) => first <= flagKey);
}
