import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { AdminRole } from "../ops/token.ts";
import type { StoreDatabase } from "./client.ts";
import { readRows, writeEnvironment, writeProject, type WriteOptions, type WriteResult } from "./statements.ts";
import { sdkKeys } from "./tables.ts";

/** What the caller minted (ops/token.ts); the secret itself never comes here. */
export interface SdkKeyInput {
  id: string;
  kind: "client" | "server";
  name: string;
  secretHash: string;
  /** Allowed browser origins; empty: any. Client keys only. */
  origins: string[];
}

export interface AdminKeyInput {
  id: string;
  role: AdminRole;
  name: string;
  secretHash: string;
}

/** A key as it is listed: without its hash. */
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

export interface AdminKey {
  id: string;
  role: AdminRole;
  name: string;
  secretHash: string;
}

export async function createSdkKey(
  db: StoreDatabase,
  environment: string,
  key: SdkKeyInput,
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    options,
    statements: [db.insert(sdkKeys).values({ ...key, environment })],
  });
}

/** Admin tokens belong to no environment and make no version. */
export async function createAdminKey(db: StoreDatabase, key: AdminKeyInput, options: WriteOptions): Promise<void> {
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [db.insert(sdkKeys).values({ ...key, kind: "admin" })],
  });
}

/** Keys of an environment, or the admin tokens; revoked ones too, oldest first. */
export async function listKeys(db: StoreDatabase, environment: string | null): Promise<KeyRecord[]> {
  const { id, kind, role, name, origins, createdAt, revokedAt } = sdkKeys;
  return await readRows(
    db
      .select({ id, environment: sdkKeys.environment, kind, role, name, origins, createdAt, revokedAt })
      .from(sdkKeys)
      .where(belongsTo(environment))
      .orderBy(asc(createdAt), asc(id)),
  );
}

/** NotFoundError: no such key there, or revoked already. */
export async function revokeKey(
  db: StoreDatabase,
  environment: string,
  id: string,
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, environment, {
    target: { kind: "key", key: id },
    options: { ...options, mustExist: true },
    statements: [revoke(db, environment, id)],
  });
}

export async function revokeAdminKey(db: StoreDatabase, id: string, options: WriteOptions): Promise<void> {
  await writeProject(db, {
    target: { environment: null, kind: "key", key: id },
    options: { ...options, mustExist: true },
    statements: [revoke(db, null, id)],
  });
}

/** An admin token that is not revoked. */
export async function findAdminKey(db: StoreDatabase, id: string): Promise<AdminKey | undefined> {
  const { role, name, secretHash } = sdkKeys;
  const [found] = await readRows(
    db
      .select({ id: sdkKeys.id, role, name, secretHash })
      .from(sdkKeys)
      .where(and(eq(sdkKeys.id, id), eq(sdkKeys.kind, "admin"), isNull(sdkKeys.revokedAt))),
  );
  return found?.role ? { ...found, role: found.role } : undefined;
}

function revoke(db: StoreDatabase, environment: string | null, id: string) {
  return db
    .update(sdkKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sdkKeys.id, id), belongsTo(environment)));
}

function belongsTo(environment: string | null) {
  return environment === null ? isNull(sdkKeys.environment) : eq(sdkKeys.environment, environment);
}
