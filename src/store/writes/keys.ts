import { and, asc, eq, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import type { SdkKeyWrite, WriteOptions } from "../inputs.ts";
import { type Page, type PageQuery, toPage } from "../lists/page.ts";
import { readRows, writeEnvironment, type WriteResult } from "./transaction.ts";
import { sdkKeys } from "../tables.ts";
import { keyUsage } from "../usage/usage-tables.ts";

/** An SDK key in a list, without its hash. */
export interface KeyRecord {
  id: string;
  environment: string | null;
  kind: "client" | "server" | "admin" | "limited";
  name: string;
  origins: string[];
  createdAt: string;
  /** ISO 8601. Counts that were not swept yet are left out. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

const { id, environment, kind, name, origins, createdAt, revokedAt } = sdkKeys;
const columns = { id, environment, kind, name, origins, createdAt, lastUsedAt: keyUsage.usedAt, revokedAt };

/** Bounds the unrevoked SDK keys of an environment, because each of its readings contains all of them. */
const MAX_KEYS = 500;

/** @throws ConflictError if the environment has as many SDK keys as it may have */
export async function createSdkKey(
  db: StoreDatabase,
  environment: string,
  key: SdkKeyWrite,
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    options,
    statements: [
      db.execute(sql`select require_room_for_key(${environment}::text, ${MAX_KEYS}::int)`),
      db.insert(sdkKeys).values({ ...key, environment }),
    ],
  });
}

/** Returns the SDK keys of an environment. Revoked ones are included, and the oldest come first. */
export async function listKeys(
  db: StoreDatabase,
  environment: string,
  { limit, cursor }: PageQuery,
): Promise<Page<KeyRecord>> {
  const rows = await readRows(
    db
      .select(columns)
      .from(sdkKeys)
      .leftJoin(keyUsage, eq(keyUsage.keyId, id))
      .where(and(belongsTo(environment), pastCursor(cursor)))
      .orderBy(asc(createdAt), asc(id))
      .limit(limit + 1),
  );
  return toPage(rows, limit, (key) => key.id);
}

/** Returns an SDK key, even a revoked one. */
export async function getKey(db: StoreDatabase, environment: string, id: string): Promise<KeyRecord | undefined> {
  const [found] = await readRows(
    db
      .select(columns)
      .from(sdkKeys)
      .leftJoin(keyUsage, eq(keyUsage.keyId, sdkKeys.id))
      .where(and(eq(sdkKeys.id, id), belongsTo(environment))),
  );
  return found;
}

/** Changes an SDK key. @throws NotFoundError if the environment does not have the key, or it is revoked */
export async function updateKey(
  db: StoreDatabase,
  environment: string,
  id: string,
  { name, origins }: { name?: string | undefined; origins?: string[] | undefined },
  options: WriteOptions,
): Promise<WriteResult> {
  const changes = { ...(name === undefined ? {} : { name }), ...(origins === undefined ? {} : { origins }) };
  return await writeEnvironment(db, environment, {
    target: { kind: "key", key: id },
    options: { ...options, mustExist: true },
    statements: [
      db
        .update(sdkKeys)
        .set(changes)
        .where(and(eq(sdkKeys.id, id), belongsTo(environment))),
    ],
  });
}

/** @throws NotFoundError if the environment does not have the key, or it is already revoked */
export async function revokeKey(
  db: StoreDatabase,
  environment: string,
  id: string,
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "key", key: id },
    options: { ...options, mustExist: true },
    statements: [
      db
        .update(sdkKeys)
        .set({ revokedAt: sql`now()` })
        .where(and(eq(sdkKeys.id, id), belongsTo(environment))),
    ],
  });
}

/** The condition that a row comes after the last row of the previous page. */
export function pastCursor(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  return sql`(${createdAt}, ${id}) > (select last.created_at, last.id from sdk_keys last where last.id = ${cursor})`;
}

function belongsTo(environment: string) {
  return eq(sdkKeys.environment, environment);
}
