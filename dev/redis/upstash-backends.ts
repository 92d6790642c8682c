/** The two Redis behind the local Upstash endpoint. */
import { Redis } from "ioredis";
import { createEmbeddedRedis } from "./embedded-redis.ts";
import { RedisError, type Reply, Status } from "./reply.ts";

export type Outcome = { result: Reply } | { error: string };

export interface RedisBackend {
  /** Runs the commands in order; one that fails does not stop the rest. Rejects only when Redis does not answer. */
  pipeline(commands: string[][]): Promise<Outcome[]>;
  /** As pipeline, but atomic; `error` when the transaction was discarded. */
  transaction(commands: string[][]): Promise<Outcome[] | { error: string }>;
  close(): Promise<void>;
}

const DISCARDED = "EXECABORT Transaction discarded because of previous errors.";

/** Lives in this process and is empty at each start. */
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
  // Commands report their own failure; an unhandled "error" event would end the process.
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

/** Upper case keeps ioredis from reshaping replies (HGETALL); an Upstash database is one Redis database. */
function realName(name: string): string {
  const upper = name.toUpperCase();
  return upper === "FLUSHALL" ? "FLUSHDB" : upper;
}

/** Strings become base64 where asked for, except a plain OK, as Upstash does. */
export function encodeOutcome(outcome: Outcome, base64: boolean): object {
  return "error" in outcome ? outcome : { result: encode(outcome.result, base64, true) };
}

function encode(reply: Reply, base64: boolean, top: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encode(item, base64, false));
  const text = reply instanceof Status ? reply.ok : reply;
  if (!base64 || typeof text !== "string" || (top && text === "OK")) return text;
  return Buffer.from(text).toString("base64");
}
