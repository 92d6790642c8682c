/** A copy of Redis that receives each write with a delay, like the replicas of an Upstash database. */
import { COMMANDS } from "./embedded-redis-commands.ts";
import { createEmbeddedRedis, type EmbeddedRedis } from "./embedded-redis.ts";
import { RedisError, type Reply } from "./reply.ts";
import type { Outcome, RedisBackend } from "./upstash-backends.ts";

/** Whether the command only reads. Only such commands may run on a replica. */
export function isRead([name = ""]: readonly string[]): boolean {
  const upper = name.toUpperCase();
  return upper.endsWith("_RO") || COMMANDS.get(upper)?.writes === false;
}

export class LaggingReplica {
  readonly #redis: EmbeddedRedis;
  readonly #now: () => number;
  readonly #lagMs: number;
  /** Writes that have not arrived yet, oldest first. */
  readonly #pending: { command: string[]; at: number }[] = [];
  readonly #copied: Promise<void>;

  /** Starts with a copy of the primary. `now` returns ms since the epoch. */
  constructor(primary: RedisBackend, lagMs: number, now: () => number) {
    this.#redis = createEmbeddedRedis(now);
    this.#now = now;
    this.#lagMs = lagMs;
    this.#copied = this.#copy(primary);
  }

  /** Schedules the writes among the commands that the primary runs next. */
  async follow(commands: readonly string[][]): Promise<void> {
    await this.#copied;
    const at = this.#now() + this.#lagMs;
    for (const command of commands) if (!isRead(command)) this.#pending.push({ command, at });
  }

  /** Applies the writes that have arrived and runs the commands. */
  async run(commands: readonly string[][]): Promise<Outcome[]> {
    await this.#copied;
    const now = this.#now();
    while ((this.#pending[0]?.at ?? Infinity) <= now) this.#run(this.#pending.shift()?.command ?? []);
    return commands.map((command) => this.#run(command));
  }

  #run(command: string[]): Outcome {
    try {
      return { result: this.#redis.call(command) };
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message };
      throw error;
    }
  }

  async #copy(primary: RedisBackend): Promise<void> {
    const [found] = await primary.pipeline([["KEYS", "*"]]);
    for (const key of listOf(found)) {
      const [hash, text, ttl] = await primary.pipeline([
        ["HGETALL", key],
        ["GET", key],
        ["PTTL", key],
      ]);
      const fields = listOf(hash);
      const value = replyOf(text);
      const msLeft = replyOf(ttl);
      if (fields.length > 0) this.#run(["HSET", key, ...fields]);
      else if (typeof value === "string") this.#run(["SET", key, value]);
      if (typeof msLeft === "number" && msLeft > 0) this.#run(["PEXPIRE", key, String(msLeft)]);
    }
  }
}

function replyOf(outcome: Outcome | undefined): Reply {
  return outcome && "result" in outcome ? outcome.result : null;
}

function listOf(outcome: Outcome | undefined): string[] {
  const reply = replyOf(outcome);
  return Array.isArray(reply) ? reply.map(String) : [];
}
