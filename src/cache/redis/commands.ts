import { TierError } from "../../ops/errors.ts";
import { pairsOf } from "./reading-text.ts";
import { type Redis, runCommand } from "./client.ts";

/** A command or an answer from about here on (characters) is a matter of bandwidth. */
const BULK_CHARS = 100_000;

export type Command = [name: string, ...args: string[]];

/** Sends commands and counts those that failed, timed out or made no sense: each is a TierError. */
export class RedisCommands {
  errors = 0;
  readonly #redis: Redis;
  readonly #bulk: Redis;

  /** `bulk`: the client, more patient, of what moves whole environments. */
  constructor(redis: Redis, bulk: Redis) {
    this.#redis = redis;
    this.#bulk = bulk;
  }

  /** `answer: "bulk"`: the answer may be large. A large command is seen by itself. */
  async run(command: Command, answer?: "bulk"): Promise<unknown> {
    try {
      return await runCommand(answer === "bulk" || isLarge(command) ? this.#bulk : this.#redis, command);
    } catch (error) {
      this.errors += 1;
      throw error;
    }
  }

  async array(command: Command, answer?: "bulk"): Promise<unknown[]> {
    const values = await this.run(command, answer);
    if (!Array.isArray(values)) throw this.nonsense(command[0]);
    return values;
  }

  pairs(command: string, answer: unknown[]): Map<string, string> {
    const pairs = pairsOf(answer);
    if (!pairs) throw this.nonsense(command);
    return pairs;
  }

  nonsense(command: string): TierError {
    this.errors += 1;
    return new TierError(`redis ${command} answered in a form that is not Redis'`);
  }
}

function isLarge(command: Command): boolean {
  let chars = 0;
  for (const part of command) chars += part.length;
  return chars > BULK_CHARS;
}
