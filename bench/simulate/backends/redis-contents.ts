import { createEmbeddedRedis, type EmbeddedRedis } from "../../../dev/redis/embedded-redis.ts";
import { RedisError, type Reply, Status } from "../../../dev/redis/reply.ts";

/** The reply to a command, as the client returns it, or the text of an error reply. */
export type Outcome = { reply: unknown; chars: number } | { error: string };

interface StoredHash {
  fields: readonly string[];
  /** ms since epoch; `undefined` if the key never expires. */
  expiresAt: number | undefined;
}

/**
 * The contents of Redis after one write. Many isolates send the same commands to the same contents, so the outcome of
 * each read is kept.
 */
export class RedisContents {
  readonly hashes: ReadonlyMap<string, StoredHash>;
  /** When the first key expires (ms since epoch). */
  readonly expiresAt: number;
  readonly #outcomes = new Map<string, Outcome>();

  constructor(hashes: ReadonlyMap<string, StoredHash>) {
    this.hashes = hashes;
    this.expiresAt = Math.min(
      Number.POSITIVE_INFINITY,
      ...[...hashes.values()].map((one) => one.expiresAt ?? Infinity),
    );
  }

  /** Returns the outcome of a read, which `run` computes the first time. */
  read(command: readonly string[], run: () => Outcome): Outcome {
    const question = command.join("\u0000");
    let outcome = this.#outcomes.get(question);
    if (outcome === undefined) this.#outcomes.set(question, (outcome = run()));
    return outcome;
  }

  /** Returns the contents without the keys that have expired at a time. */
  at(now: number): RedisContents {
    if (now < this.expiresAt) return this;
    return new RedisContents(new Map([...this.hashes].filter(([, { expiresAt = Infinity }]) => expiresAt > now)));
  }
}

export const EMPTY = new RedisContents(new Map());

/** Runs commands with the embedded Redis of `npm run dev`, which executes the worker's Lua scripts. */
export class RedisProcessor {
  readonly #redis: EmbeddedRedis;
  #loaded: RedisContents = EMPTY;

  /** `now` returns ms since epoch. */
  constructor(now: () => number) {
    this.#redis = createEmbeddedRedis(now);
  }

  read(contents: RedisContents, command: readonly string[]): Outcome {
    return contents.read(command, () => {
      this.#load(contents);
      return this.#run(command);
    });
  }

  /** Returns the outcome of a write, and the contents afterwards. */
  write(contents: RedisContents, command: readonly string[]): { outcome: Outcome; contents: RedisContents } {
    this.#load(contents);
    const outcome = this.#run(command);
    const keys = this.#redis.call(["KEYS", "*"]) as string[];
    const hashes = new Map(keys.toSorted().map((key) => [key, this.#hashOf(key)]));
    this.#loaded = new RedisContents(hashes);
    return { outcome, contents: this.#loaded };
  }

  #hashOf(key: string): StoredHash {
    const leftMs = Number(this.#redis.call(["PTTL", key]));
    const fields = Object.freeze(this.#redis.call(["HGETALL", key])) as readonly string[];
    const [seconds, micros] = this.#redis.call(["TIME"]) as [string, string];
    const now = Number(seconds) * 1000 + Number(micros) / 1000;
    return { fields, expiresAt: leftMs < 0 ? undefined : now + leftMs };
  }

  #load(contents: RedisContents): void {
    if (this.#loaded === contents) return;
    this.#redis.call(["FLUSHALL"]);
    for (const [key, { fields, expiresAt }] of contents.hashes) {
      this.#redis.call(["HSET", key, ...fields]);
      if (expiresAt !== undefined) this.#redis.call(["PEXPIREAT", key, String(expiresAt)]);
    }
    this.#loaded = contents;
  }

  #run(command: readonly string[]): Outcome {
    try {
      const reply = plain(this.#redis.call([...command]));
      return { reply, chars: charsOf(reply) };
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message };
      throw error;
    }
  }
}

/** Converts a reply as the client does. Nobody may change it, because isolates share it. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return Object.freeze(reply.map((item) => plain(item)));
  return reply instanceof Status ? reply.ok : reply;
}

function charsOf(reply: unknown): number {
  if (Array.isArray(reply)) return reply.reduce<number>((sum, item) => sum + charsOf(item), 0);
  return typeof reply === "string" ? reply.length : 1;
}
