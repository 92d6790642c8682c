import { TierError } from "../../ops/errors.ts";
import { refusalOf } from "./refusals.ts";

/** The one thing that the cache needs of a client: to run a command, named by its first word. */
export interface Redis {
  /** @throws ReplyError if Redis replied with an error, and another error if there was no reply in time */
  exec<Reply>(command: readonly [name: string, ...args: string[]]): Promise<Reply>;
}

/** Redis replied with an error. */
class ReplyError extends Error {
  override readonly name = "ReplyError";
}

/**
 * Creates a client of Upstash's REST API that tries each command once. It ends with a reply or an error within
 * `timeoutMs`. Upstash's own client has a method for every command of Redis, and every cold isolate would compile them.
 */
export function createRedis(url: string, token: string, timeoutMs: number): Redis {
  const address = url.replace(/\/$/, "");
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  return {
    async exec<Reply>(command: readonly string[]): Promise<Reply> {
      const response = await fetch(address, {
        method: "POST",
        headers,
        body: JSON.stringify(command),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { result, error } = replyOf(await response.text());
      if (!response.ok || Boolean(error)) throw new ReplyError(shortened(error));
      if (result === undefined) throw new Error("the reply has no result");
      return result as Reply;
    },
  };
}

/** Runs one command. @throws TierError any failure, without the command's arguments in its text */
export async function runCommand(redis: Redis, command: [name: string, ...args: string[]]): Promise<unknown> {
  try {
    return await redis.exec<unknown>(command);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error("unknown error");
    const refusal = cause instanceof ReplyError ? refusalOf(cause.message) : undefined;
    throw new TierError(`redis ${command[0]} failed`, { cause, refusal });
  }
}

/** Parses the body of a reply. The error of JSON.parse is left out, because it repeats a part of the body. */
function replyOf(text: string): { result?: unknown; error?: unknown } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error("the reply is not JSON");
  }
  return typeof body === "object" && body !== null ? body : {};
}

/** Some errors of Redis repeat a whole script or document. */
function shortened(error: unknown): string {
  return typeof error === "string" ? error.slice(0, 200) : "the reply has a status of failure and no error";
}
