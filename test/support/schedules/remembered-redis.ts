import { createEmbeddedRedis } from "../../../dev/redis/embedded-redis.ts";
import { type Reply, Status } from "../../../dev/redis/reply.ts";

interface Outcome {
  reply: unknown;
  /** The hash after the command, as HGETALL returns it. */
  hash: readonly string[];
  older: readonly string[];
}

const redis = createEmbeddedRedis(() => 0);
const outcomes = new Map<string, Outcome>();

/**
 * One hash of the embedded Redis and its older changes, without expiry. Thousands of schedules run the same few
 * commands, so the result of each command on the same contents is remembered.
 */
export class RememberedRedis {
  readonly #key: string;
  readonly #olderKey: string;
  #hash: readonly string[] = [];
  #older: readonly string[] = [];
  #text = "";

  constructor(key: string, olderKey: string) {
    this.#key = key;
    this.#olderKey = olderKey;
  }

  /** Takes the contents of another Redis. */
  copy(from: RememberedRedis): void {
    this.#set(from.#hash, from.#older);
  }

  clear(): void {
    this.#set([], []);
  }

  get hash(): readonly string[] {
    return this.#hash;
  }

  /** Everything that it holds, as one text. */
  get contents(): string {
    return this.#text;
  }

  #set(hash: readonly string[], older: readonly string[]): void {
    this.#hash = hash;
    this.#older = older;
    this.#text = [...hash, "", ...older].join("\u0000");
  }

  call(command: readonly string[]): unknown {
    const question = `${this.#text}\u0001${command.join("\u0000")}`;
    let outcome = outcomes.get(question);
    if (!outcome) {
      outcome = this.#run(command);
      outcomes.set(question, outcome);
    }
    this.#set(outcome.hash, outcome.older);
    return outcome.reply;
  }

  #run(command: readonly string[]): Outcome {
    redis.call(["FLUSHALL"]);
    if (this.#hash.length > 0) redis.call(["HSET", this.#key, ...this.#hash]);
    if (this.#older.length > 0) redis.call(["HSET", this.#olderKey, ...this.#older]);
    const reply = plain(redis.call([...command]));
    const contentsOf = (key: string) => redis.call(["HGETALL", key]) as string[];
    return { reply, hash: contentsOf(this.#key), older: contentsOf(this.#olderKey) };
  }
}

/** Converts a reply as the client does. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item));
  return reply instanceof Status ? reply.ok : reply;
}
