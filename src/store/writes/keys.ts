import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { AdminRole } from "../../ops/token.ts";
import type { StoreDatabase } from "../client.ts";
import type { AdminToken, SdkKeyWrite, WriteOptions } from "../inputs.ts";
import { type Page, type PageQuery, toPage } from "../lists/page.ts";
import { readRows, writeEnvironment, writeProject, type WriteResult } from "./transaction.ts";
import { sdkKeys } from "../tables.ts";

/** An SDK key or admin token in a list, without its hash. */
export interface KeyRecord {
  id: string;
  environment: string | null;
  kind: "client" | "server" | "admin";
  role: AdminRole | null;
  name: string;
  origins: string[];
  createdAt: string;
  revokedAt: string | null;
}

const { id, environment, kind, role, name, origins, createdAt, revokedAt } = sdkKeys;
const columns = { id, environment, kind, role, name, origins, createdAt, revokedAt };

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

/** Stores an admin token. It does not belong to an environment and makes no version. */
export async function createAdminKey(db: StoreDatabase, key: AdminToken, options: WriteOptions): Promise<void> {
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [db.insert(sdkKeys).values({ ...key, kind: "admin" })],
  });
}

/**
 * Returns the SDK keys of an environment, or the admin tokens. Revoked ones are included, and the oldest come first.
 */
export async function listKeys(
  db: StoreDatabase,
  environment: string | null,
  { limit, cursor }: PageQuery,
): Promise<Page<KeyRecord>> {
  const { id, createdAt } = sdkKeys;
  const after =
    cursor === undefined
      ? undefined
      : sql`(${createdAt}, ${id}) > (select last.created_at, last.id from sdk_keys last where last.id = ${cursor})`;
  const rows = await readRows(
    db
      .select(columns)
      .from(sdkKeys)
      .where(and(belongsTo(environment), after))
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

/** Returns the admin token unless it is revoked. */
export async function findAdminKey(db: StoreDatabase, id: string): Promise<AdminToken | undefined> {
  const { role, name, secretHash } = sdkKeys;
  const [found] = await readRows(
    db
      .select({ id: sdkKeys.id, role, name, secretHash })
      .from(sdkKeys)
      .where(and(eq(sdkKeys.id, id), eq(sdkKeys.kind, "admin"), isNull(sdkKeys.revokedAt))),
  );
  return found?.role ? { ...found, role: found.role } : undefined;
}

function belongsTo(environment: string | null) {
  return environment === null ? isNull(sdkKeys.environment) : eq(sdkKeys.environment, environment);
}
