import type { Redis as UpstashClient } from "@upstash/redis/cloudflare";
import { TierError } from "../../ops/errors.ts";
import { refusalOf } from "./refusals.ts";

/** The part of Upstash's client that the cache uses: it runs a command, named by its first word. */
export type Redis = Pick<UpstashClient, "exec">;

/**
 * Creates a client that tries each command once. It ends with a reply or an error within `timeoutMs`. Upstash's client
 * is loaded with the first command, because an isolate that needs no Redis need not run it.
 */
export function createRedis(url: string, token: string, timeoutMs: number): Redis {
  let client: Redis | undefined;
  return {
    async exec<Reply>(command: Parameters<UpstashClient["exec"]>[0]): Promise<Reply> {
      // Each request imports for itself until then, because one that is cancelled must not hold up the others.
      client ??= await loadClient(url, token, timeoutMs);
      return await client.exec<Reply>(command);
    },
  };
}

async function loadClient(url: string, token: string, timeoutMs: number): Promise<Redis> {
  const { Redis } = await import("@upstash/redis/cloudflare");
  return new Redis({
    url,
    token,
    // With `false`, the client would still try twice.
    retry: { retries: 0 },
    // A factory, because the client turns the timeout of a plain signal into a reply.
    signal: () => AbortSignal.timeout(timeoutMs),
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    // The version fences do this across isolates, which the client's token cannot.
    readYourWrites: false,
    // Documents are well-formed JSON text. They do not need base64, which would triple the cost of parsing.
    responseEncoding: false,
  });
}

/** Runs one command. @throws TierError any failure, without the command's arguments in its text */
export async function runCommand(redis: Redis, command: [name: string, ...args: string[]]): Promise<unknown> {
  try {
    return await redis.exec<unknown>(command);
  } catch (error) {
    const cause = scrub(error);
    const isReply = error instanceof Error && error.name === "UpstashError";
    const refusal = isReply ? refusalOf(cause.message) : undefined;
    throw new TierError(`redis ${command[0]} failed`, { cause, refusal });
  }
}

/** Shortens the client's errors, which repeat the whole command with its documents, or the whole body of a reply. */
function scrub(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("unknown error");
  if (error.name === "UpstashError") return new Error(error.message.split(", command was:")[0]?.slice(0, 200));
  if (error.name === "UpstashJSONParseError") return new Error("the reply is not JSON");
  return error;
}
