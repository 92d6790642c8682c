/** Admin tokens: rows of sdk_keys without an environment of their own. They make no version. */
import { and, asc, eq, gt, isNull, ne, or, sql } from "drizzle-orm";
import type { AdminRole } from "../../ops/token.ts";
import type { StoreDatabase } from "../client.ts";
import type { AdminToken, WriteOptions } from "../inputs.ts";
import { type Page, type PageQuery, toPage } from "../lists/page.ts";
import { sdkKeys } from "../tables.ts";
import { pastCursor } from "./keys.ts";
import { readRows, writeProject } from "./transaction.ts";

/** An admin token in a list, without its hash. */
export interface TokenRecord {
  id: string;
  role: AdminRole;
  name: string;
  /** `null` for all environments. */
  environments: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  /** A day in UTC, such as 2026-11-28. */
  lastUsedOn: string | null;
  revokedAt: string | null;
}

/** The row that decides what a token may do. */
export type StoredToken = Pick<TokenRecord, "role" | "environments" | "expiresAt" | "lastUsedOn"> & {
  secretHash: string;
};

const { id, role, name, environments, createdAt, expiresAt, lastUsedOn, revokedAt, secretHash, kind } = sdkKeys;
const columns = { id, role, name, environments, createdAt, expiresAt, lastUsedOn, revokedAt };
const isAdminToken = isNull(sdkKeys.environment);

export async function createAdminKey(db: StoreDatabase, token: AdminToken, options: WriteOptions): Promise<void> {
  const { environments = null, expiresAt = null } = token;
  const kind = environments === null && expiresAt === null ? "admin" : "limited";
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [db.insert(sdkKeys).values({ ...token, environments, expiresAt, kind })],
  });
}

/** Returns the admin tokens, oldest first. Revoked and expired ones are included. */
export async function listTokens(db: StoreDatabase, { limit, cursor }: PageQuery): Promise<Page<TokenRecord>> {
  const rows = await readRows(
    db
      .select(columns)
      .from(sdkKeys)
      .where(and(isAdminToken, pastCursor(cursor)))
      .orderBy(asc(createdAt), asc(id))
      .limit(limit + 1),
  );
  return toPage(rows.map(recordOf), limit, (token) => token.id);
}

/** Returns an admin token, even a revoked one. */
export async function getToken(db: StoreDatabase, tokenId: string): Promise<TokenRecord | undefined> {
  const rows = await readRows(
    db
      .select(columns)
      .from(sdkKeys)
      .where(and(isAdminToken, eq(id, tokenId))),
  );
  return rows.map(recordOf)[0];
}

/** Whether another token could create tokens for good: one that may write everywhere and never expires. */
export async function hasOtherWriter(db: StoreDatabase, tokenId: string): Promise<boolean> {
  const rows = await readRows(
    db
      .select({ id })
      .from(sdkKeys)
      .where(and(eq(kind, "admin"), eq(role, "write"), isNull(revokedAt), ne(id, tokenId)))
      .limit(1),
  );
  return rows.length > 0;
}

/** @throws NotFoundError if the token does not exist, or is already revoked */
export async function revokeToken(db: StoreDatabase, tokenId: string, options: WriteOptions): Promise<void> {
  await writeProject(db, {
    target: { environment: null, kind: "key", key: tokenId },
    options: { ...options, mustExist: true },
    statements: [
      db
        .update(sdkKeys)
        .set({ revokedAt: sql`now()` })
        .where(and(isAdminToken, eq(id, tokenId))),
    ],
  });
}

/** Sets when the token expires. @throws NotFoundError if the token does not exist, or is revoked */
export async function endToken(
  db: StoreDatabase,
  tokenId: string,
  until: string,
  options: WriteOptions,
): Promise<void> {
  await writeProject(db, {
    target: { environment: null, kind: "key", key: tokenId },
    options: { ...options, mustExist: true },
    statements: [
      db
        .update(sdkKeys)
        .set({ expiresAt: until, kind: "limited" })
        .where(and(isAdminToken, eq(id, tokenId))),
    ],
  });
}

/** Returns the admin token unless it is revoked. The caller checks whether it has expired. */
export async function findAdminKey(db: StoreDatabase, tokenId: string): Promise<StoredToken | undefined> {
  const [found] = await readRows(
    db
      .select({ role, environments, expiresAt, lastUsedOn, secretHash })
      .from(sdkKeys)
      .where(and(isAdminToken, eq(id, tokenId), isNull(revokedAt))),
  );
  return found?.role ? { ...found, role: found.role } : undefined;
}

/** Records the day of use, in UTC. Only the first write of a day changes the row. */
export async function markTokenUsed(db: StoreDatabase, tokenId: string, day: string): Promise<void> {
  await readRows(
    db
      .update(sdkKeys)
      .set({ lastUsedOn: day })
      .where(and(isAdminToken, eq(id, tokenId), or(isNull(lastUsedOn), gt(sql`${day}::date`, lastUsedOn)))),
  );
}

function recordOf<R extends { role: AdminRole | null }>(row: R): R & { role: AdminRole } {
  // A constraint of the table gives every admin token a role.
  return { ...row, role: row.role ?? "read" };
}
