/** The admin tokens, and who created each of them. */
import { allPages } from "../../../../sdk/client/client.ts";
import type { AdminToken } from "../../../../sdk/client/contract.ts";
import { client } from "../../state/session.ts";

export interface Tokens {
  all: readonly AdminToken[];
  /** The names of the authors by the ids of the tokens. */
  authors: ReadonlyMap<string, string>;
}

/** The most pages of the audit log that are searched for the authors. */
const MAX_PAGES = 5;

export async function readTokens(): Promise<Tokens> {
  const [all, authors] = await Promise.all([
    allPages((cursor) => client.call("listTokens", { query: { limit: "200", cursor } })),
    readAuthors(),
  ]);
  return { all: all.toReversed(), authors };
}

async function readAuthors(): Promise<Map<string, string>> {
  const authors = new Map<string, string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { body } = await client.call("listProjectAudit", { query: { entity: "key", limit: "200", cursor } });
    for (const { action, environment, key, actorName } of body.items) {
      if (action === "create" && environment === null) authors.set(key, actorName);
    }
    if (body.nextCursor === null) break;
    cursor = body.nextCursor;
  }
  return authors;
}

/** Whether the token still works at `now` (ms). */
export function isLive({ revokedAt, expiresAt }: AdminToken, now: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now);
}

export function nameOf({ name, id }: Pick<AdminToken, "name" | "id">): string {
  return name || id;
}
