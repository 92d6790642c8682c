import { TierError } from "../../ops/errors.ts";
import { pairsOf } from "./reading-text.ts";
import { type Redis, runCommand } from "./client.ts";

/** From about this size on, bandwidth decides how long a command takes (characters). */
const BULK_CHARS = 100_000;

/** The commands that change something. Replicas cannot run them. */
const WRITES = new Set(["EVAL", "HDEL"]);

export type Command = [name: string, ...args: string[]];

/** Clients of one Redis with different time limits. */
export interface RedisClients {
  redis: Redis;
  /** For commands that change something. The primary may be further away than the replica that reads go to. */
  writeRedis?: Redis;
  /** For whole environments and large fills. */
  bulkRedis?: Redis;
}

/** Sends commands, and counts those that fail, time out or get an unexpected reply. Each is a TierError. */
export class RedisCommands {
  errors = 0;
  readonly #clients: RedisClients;

  constructor(clients: RedisClients) {
    this.#clients = clients;
  }

  /** Runs a command. Pass "bulk" if the reply may be large. A command that is large itself needs no hint. */
  async run(command: Command, reply?: "bulk"): Promise<unknown> {
    try {
      return await runCommand(this.#clientFor(command, reply), command);
    } catch (error) {
      this.errors += 1;
      throw error;
    }
  }

  async array(command: Command, reply?: "bulk"): Promise<unknown[]> {
    const values = await this.run(command, reply);
    if (!Array.isArray(values)) throw this.unexpectedReply(command[0]);
    return values;
  }

  pairs(command: string, reply: unknown[]): Map<string, string> {
    const pairs = pairsOf(reply);
    if (!pairs) throw this.unexpectedReply(command);
    return pairs;
  }

  unexpectedReply(command: string): TierError {
    this.errors += 1;
    return new TierError(`redis ${command} sent an unexpected reply`);
  }

  #clientFor(command: Command, reply: "bulk" | undefined): Redis {
    const { redis, writeRedis = redis, bulkRedis = redis } = this.#clients;
    if (reply === "bulk" || isLarge(command)) return bulkRedis;
    return WRITES.has(command[0]) ? writeRedis : redis;
  }
}

function isLarge(command: Command): boolean {
  let chars = 0;
  for (const part of command) chars += part.length;
  return chars > BULK_CHARS;
}
