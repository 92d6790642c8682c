import { Redis } from "@upstash/redis/cloudflare";
import { TierError } from "../../ops/errors.ts";

/** The commands of the Upstash client that the cache uses. */
export type { Redis } from "@upstash/redis/cloudflare";

/** A client whose every command is tried once and ends, in an answer or an error, within `timeoutMs`. */
export function createRedis(url: string, token: string, timeoutMs: number): Redis {
  return new Redis({
    url,
    token,
    // `false` would still try twice.
    retry: { retries: 0 },
    // A factory, because a signal given as it is turns a timeout into an answer.
    signal: () => AbortSignal.timeout(timeoutMs),
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    // The version fences do this job across isolates, where the client's token cannot reach.
    readYourWrites: false,
    // Documents are well-formed JSON text, so they need no base64, which costs three times the parsing.
    responseEncoding: false,
  });
}

/** One command. @throws TierError whatever went wrong, without the command's arguments in its text. */
export async function runCommand(redis: Redis, command: [name: string, ...args: string[]]): Promise<unknown> {
  try {
    return await redis.exec<unknown>(command);
  } catch (error) {
    throw new TierError(`redis ${command[0]} failed`, { cause: scrub(error) });
  }
}

/** The client's errors repeat the whole command, documents and all, or the whole body of an answer. */
function scrub(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("unknown error");
  if (error.name === "UpstashError") return new Error(error.message.split(", command was:")[0]?.slice(0, 200));
  if (error.name === "UpstashJSONParseError") return new Error("the answer is not JSON");
  return error;
}
