/** The two implementations of Redis behind the local Upstash endpoint. */
import { Redis } from "ioredis";
import { createEmbeddedRedis } from "./embedded-redis.ts";
import { RedisError, type Reply } from "./reply.ts";

export type Outcome = { result: Reply } | { error: string };

export interface RedisBackend {
  /** Runs the commands in order. A failed command does not stop the rest. Rejects only if Redis does not reply. */
  pipeline(commands: string[][]): Promise<Outcome[]>;
  /** Runs the commands atomically. Returns an `error` if Redis discarded the transaction. */
  transaction(commands: string[][]): Promise<Outcome[] | { error: string }>;
  close(): Promise<void>;
}

const DISCARDED = "EXECABORT Transaction discarded because of previous errors.";

/** Opens a Redis inside this process. It is empty at each start. */
export function openEmbeddedRedis(now?: () => number): RedisBackend {
  const redis = createEmbeddedRedis(now);
  const attempt = (run: () => Reply): Outcome => {
    try {
      return { result: run() };
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message };
      throw error;
    }
  };
  const pipeline = async (commands: string[][]): Promise<Outcome[]> =>
    commands.map((command) => attempt(() => redis.call(command)));
  return {
    pipeline,
    transaction: async (commands) => {
      const refused = commands.some((command) => "error" in attempt(() => (redis.check(command), null)));
      return refused ? { error: DISCARDED } : pipeline(commands);
    },
    close: async () => {},
  };
}

export function openRealRedis(redisUrl: string): RedisBackend {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  // Commands report their own failure. An unhandled "error" event would end the process.
  redis.on("error", () => {});
  const toOutcome = ([error, result]: [Error | null, unknown]): Outcome => {
    if (!error) return { result: result as Reply };
    if (error.name !== "ReplyError") throw error;
    return { error: error.message };
  };
  return {
    pipeline: async (commands) => {
      const pipeline = redis.pipeline();
      for (const [name = "", ...args] of commands) pipeline.call(realName(name), ...args);
      return ((await pipeline.exec()) ?? []).map((entry) => toOutcome(entry));
    },
    transaction: async (commands) => {
      const transaction = redis.multi();
      for (const [name = "", ...args] of commands) transaction.call(realName(name), ...args);
      try {
        return ((await transaction.exec()) ?? []).map((entry) => toOutcome(entry));
      } catch (error) {
        if (error instanceof Error && error.message.startsWith("EXECABORT")) return { error: DISCARDED };
        throw error;
      }
    },
    close: async () => {
      redis.disconnect();
    },
  };
}

/**
 * Returns the name in upper case, so that ioredis leaves replies unchanged (HGETALL). FLUSHALL becomes FLUSHDB, because
 * an Upstash database is a single Redis database.
 */
function realName(name: string): string {
  const upper = name.toUpperCase();
  return upper === "FLUSHALL" ? "FLUSHDB" : upper;
}
