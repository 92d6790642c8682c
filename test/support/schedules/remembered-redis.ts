import { createEmbeddedRedis } from "../../../dev/redis/embedded-redis.ts";
import { type Reply, Status } from "../../../dev/redis/reply.ts";

interface Outcome {
  reply: unknown;
  /** The hash after the command, as HGETALL returns it. */
  hash: readonly string[];
}

const redis = createEmbeddedRedis(() => 0);
const outcomes = new Map<string, Outcome>();

/**
 * One hash of the embedded Redis, without expiry. Thousands of schedules run the same few commands, so the result of
 * each command on the same contents is remembered.
 */
export class RememberedRedis {
  readonly #key: string;
  #hash: readonly string[] = [];
  #text = "";

  constructor(key: string) {
    this.#key = key;
  }

  get hash(): readonly string[] {
    return this.#hash;
  }

  set hash(hash: readonly string[]) {
    this.#hash = hash;
    this.#text = hash.join("\u0000");
  }

  call(command: readonly string[]): unknown {
    const question = `${this.#text}\u0001${command.join("\u0000")}`;
    let outcome = outcomes.get(question);
    if (!outcome) {
      outcome = this.#run(command);
      outcomes.set(question, outcome);
    }
    this.hash = outcome.hash;
    return outcome.reply;
  }

  #run(command: readonly string[]): Outcome {
    redis.call(["FLUSHALL"]);
    if (this.#hash.length > 0) redis.call(["HSET", this.#key, ...this.#hash]);
    const reply = plain(redis.call([...command]));
    return { reply, hash: redis.call(["HGETALL", this.#key]) as string[] };
  }
}

/** Converts a reply as the client does. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item));
  return reply instanceof Status ? reply.ok : reply;
}
