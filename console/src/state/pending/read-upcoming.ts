/** Reads everything that will happen from the API. */
import { allPages, ApiError } from "../../../../sdk/client/client.ts";
import { client } from "../session.ts";
import { wordingOf } from "../wording.ts";
import { flagExpiry, secretExpiries, tokenExpiries, type Upcoming, upcomingInFlag } from "./upcoming.ts";

export interface PendingSource {
  /** Returns what happens after `now`. */
  upcoming(now: number): Upcoming[];
  /** The flags that are off and have schedules, ramps or windows, which then change nothing. */
  asleep: number;
  /** The things that the admin token may not list. */
  hidden: readonly string[];
}

/** Reads the flags of these environments, and what concerns the whole deployment. */
export async function readUpcoming(keys: readonly string[]): Promise<PendingSource> {
  const page = { limit: "200" };
  const [flags, tokens, webhooks] = await Promise.all([
    Promise.all(
      keys.map(async (env) => ({
        env,
        items: await allPages((cursor) => client.call("listFlags", { path: { env }, query: { ...page, cursor } })),
      })),
    ),
    permitted(() => allPages((cursor) => client.call("listTokens", { query: { ...page, cursor } }))),
    permitted(async () => (await client.call("listWebhooks")).body.items),
  ]);
  const all = flags.flatMap(({ env, items }) => items.map((flag) => ({ env, flag })));
  const distinct = [...new Map(all.map(({ flag }) => [flag.key, flag])).values()];
  const readAt = Date.now();
  return {
    upcoming: (now) => [
      ...all.flatMap(({ env, flag }) => upcomingInFlag(flag, env, now, wordingOf(flag.key))),
      ...distinct.flatMap((flag) => flagExpiry(flag, now)),
      ...tokenExpiries(tokens ?? [], now),
      ...secretExpiries(webhooks ?? [], now),
    ],
    asleep: all.filter(({ env, flag }) => {
      if (flag.enabled) return false;
      return upcomingInFlag({ ...flag, enabled: true }, env, readAt, wordingOf(flag.key)).length > 0;
    }).length,
    hidden: [...(tokens === undefined ? ["admin tokens"] : []), ...(webhooks === undefined ? ["webhooks"] : [])],
  };
}

/** Returns `undefined` if the admin token may not read this. */
async function permitted<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}
