import { ApiError, type Client } from "../sdk/client/client.ts";
import { didYouMean, nearest } from "./nearest.ts";
import type { Terminal } from "./terminal.ts";

/** The attempts at a call that gets a 429. Such a call has changed nothing, so it can be repeated. */
const ATTEMPTS = 3;
/** The longest wait in seconds. For a longer one, the command gives up, so that its caller can decide. */
const MAX_WAIT = 30;
const UNKNOWN_WAIT = 1;

/** Returns a client that waits after a 429 and tries again. Its errors suggest existing keys for an unknown one. */
export function patientClient(client: Client, terminal: Pick<Terminal, "error" | "pause">): Client {
  return {
    async call(id, ...input) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await client.call(id, ...input);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (error.status === 404) throw await withSuggestions(client, error, input[0]);
          if (error.status !== 429) throw error;
          const seconds = error.retryAfterSeconds ?? UNKNOWN_WAIT;
          if (attempt === ATTEMPTS || seconds > MAX_WAIT) throw giveUp(error, seconds);
          terminal.error(`burgee: ${error.message}; trying again in ${seconds} s`);
          await terminal.pause(seconds * 1000);
        }
      }
    },
  };
}

function giveUp({ status, problem, message, retryAfterSeconds }: ApiError, seconds: number): ApiError {
  const detail = `${message}; nothing was changed; run the command again in ${seconds} s or later`;
  return new ApiError(status, { ...problem, detail }, { retryAfterSeconds });
}

/** Adds the nearest existing keys to the message. If they cannot be read, the message stays as it is. */
async function withSuggestions(client: Client, error: ApiError, input: unknown): Promise<ApiError> {
  const [, noun, name] = /^(flag|segment|environment) "([^"]*)" does not exist/.exec(error.message) ?? [];
  const { path } = (input ?? {}) as { path?: { env?: string; key?: string } };
  if (noun === undefined || name === undefined || ![path?.env, path?.key].includes(name)) return error;
  const names = await keysOf(client, noun, path?.env).catch(() => []);
  const detail = error.message + didYouMean(nearest(name, names));
  return new ApiError(error.status, { ...error.problem, detail });
}

/** Bounds the requests for a suggestion. */
const MAX_PAGES = 5;

async function keysOf(client: Client, noun: string, env: string | undefined): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { limit: "200", cursor };
    const { body } =
      noun === "environment"
        ? await client.call("listEnvironments")
        : env === undefined
          ? await client.call("listDefinitions", { query })
          : noun === "segment"
            ? await client.call("listSegments", { path: { env }, query })
            : await client.call("listFlags", { path: { env }, query });
    keys.push(...body.items.map(({ key }) => key));
    cursor = body.nextCursor ?? undefined;
    if (cursor === undefined) break;
  }
  return keys;
}
