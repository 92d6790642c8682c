/** Keys with their values and expiry times. Values are strings or hashes. An empty hash does not exist. */
import { RedisError } from "./reply.ts";

export type RedisHash = Map<string, string>;

interface Slot {
  value: string | RedisHash;
  /** Expiry in ms since the epoch, or `undefined` if the key never expires. */
  expiresAt: number | undefined;
}

const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

export class Keyspace {
  readonly now: () => number;
  readonly #slots = new Map<string, Slot>();
  /** The key after which each cursor of SCAN continues. */
  readonly #cursors = new Map<number, string>();
  #lastCursor = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  find(key: string): Slot | undefined {
    const slot = this.#slots.get(key);
    if (slot?.expiresAt !== undefined && slot.expiresAt <= this.now()) {
      this.#slots.delete(key);
      return undefined;
    }
    return slot;
  }

  string(key: string): string | undefined {
    const value = this.find(key)?.value;
    if (value instanceof Map) throw new RedisError(WRONG_TYPE);
    return value;
  }

  hash(key: string): RedisHash | undefined {
    const value = this.find(key)?.value;
    if (typeof value === "string") throw new RedisError(WRONG_TYPE);
    return value;
  }

  /** Returns the hash, and creates it if it does not exist. */
  ensureHash(key: string): RedisHash {
    const existing = this.hash(key);
    if (existing) return existing;
    const created: RedisHash = new Map();
    this.#slots.set(key, { value: created, expiresAt: undefined });
    return created;
  }

  /** Replaces the key, with its expiry. */
  setString(key: string, value: string, expiresAt?: number): void {
    this.#slots.set(key, { value, expiresAt });
  }

  /** Gives a key another name, with its expiry, in place of the key that has it. */
  rename(from: string, to: string): boolean {
    const slot = this.find(from);
    if (slot === undefined) return false;
    this.#slots.delete(from);
    this.#slots.set(to, slot);
    return true;
  }

  delete(key: string): boolean {
    return this.find(key) !== undefined && this.#slots.delete(key);
  }

  keys(): string[] {
    return [...this.#slots.keys()].filter((key) => this.find(key) !== undefined);
  }

  clear(): void {
    this.#slots.clear();
  }

  /** Returns up to `count` keys in order from the cursor. A full walk returns each key that exists throughout. */
  scan(cursor: number, count: number): { next: number; keys: string[] } {
    const after = cursor === 0 ? undefined : this.#cursors.get(cursor);
    const rest = this.keys()
      .filter((key) => after === undefined || key > after)
      .toSorted();
    const keys = rest.slice(0, count);
    const last = keys.at(-1);
    if (last === undefined || keys.length === rest.length) return { next: 0, keys };
    const next = ++this.#lastCursor;
    this.#cursors.set(next, last);
    if (this.#cursors.size > 1000) this.#cursors.delete(next - 1000);
    return { next, keys };
  }
}

/** Converts a Redis glob (`*`, `?`, `[a-z]`, `[^x]`, `\`) into a regular expression for the whole text. */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replaceAll(
    /\\([\s\S])|\[(\^?)([^\]]*)\]|([*?])|([\s\S])/g,
    (_all, escaped, not, set, wild, char) => {
      if (set !== undefined)
        return set === "" ? "(?!)" : `[${not}${(set as string).replaceAll(/[\\[\]^]/g, String.raw`\$&`)}]`;
      if (wild !== undefined) return wild === "*" ? "[\\s\\S]*" : "[\\s\\S]";
      return ((escaped ?? char) as string).replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^${source}$`, "u");
}
