import { createEmbeddedRedis } from "../../../dev/redis/embedded-redis.ts";
import { type Reply, Status } from "../../../dev/redis/reply.ts";

interface Outcome {
  reply: unknown;
  /** The hash afterwards, as HGETALL has it. */
  hash: readonly string[];
}

const redis = createEmbeddedRedis(() => 0);
const outcomes = new Map<string, Outcome>();

/**
 * One hash of the embedded Redis. A command on the same contents is run once and remembered, as it has one outcome:
 * thousands of schedules ask the same few things. Expiry is left out.
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

/** Redis' reply as the client hands it over. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item));
  return reply instanceof Status ? reply.ok : reply;
}
