import { TierError } from "../../ops/errors.ts";
import { pairsOf } from "./reading-text.ts";
import { type Redis, runCommand } from "./client.ts";

/** From about this size on, bandwidth decides how long a command takes (characters). */
const BULK_CHARS = 100_000;

export type Command = [name: string, ...args: string[]];

/** Sends commands, and counts those that fail, time out or get an unexpected reply. Each is a TierError. */
export class RedisCommands {
  errors = 0;
  readonly #redis: Redis;
  readonly #bulk: Redis;

  /** `bulk` is a client with a longer timeout, for commands that move whole environments. */
  constructor(redis: Redis, bulk: Redis) {
    this.#redis = redis;
    this.#bulk = bulk;
  }

  /** Pass "bulk" if the reply may be large. A large command is recognised by itself. */
  async run(command: Command, reply?: "bulk"): Promise<unknown> {
    try {
      return await runCommand(reply === "bulk" || isLarge(command) ? this.#bulk : this.#redis, command);
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
}

function isLarge(command: Command): boolean {
  let chars = 0;
  for (const part of command) chars += part.length;
  return chars > BULK_CHARS;
}
