import { asc, eq, sql } from "drizzle-orm";
import type { StoreDatabase } from "./client.ts";
import {
  type DocumentGuard,
  readRows,
  writeEnvironment,
  writeProject,
  type WriteOptions,
  type WriteResult,
  type Written,
} from "./statements.ts";
import { environments, flagConfigurations, sdkKeys, segments } from "./tables.ts";

export interface EnvironmentInput {
  key: string;
  name: string;
  /** An environment whose segments and configurations it starts with. Keys are never copied. */
  copyFrom?: string | undefined;
}

export interface EnvironmentRecord {
  key: string;
  name: string;
  version: number;
  createdAt: string;
}

const columns = {
  key: environments.key,
  name: environments.name,
  version: environments.version,
  createdAt: environments.createdAt,
};

/** An environment that existed before goes on from its last version. ConflictError: it exists. */
export async function createEnvironment(
  db: StoreDatabase,
  { key, name, copyFrom }: EnvironmentInput,
  options: WriteOptions,
): Promise<Written> {
  const statements = [
    db.insert(environments).values({ key, name }),
    ...(copyFrom === undefined ? [] : copyStatements(db, copyFrom, key)),
  ];
  const written = await writeProject(db, { target: { environment: copyFrom ?? null }, options, statements }, key);
  return written.get(key) ?? { version: 0, pending: [] };
}

export async function listEnvironments(db: StoreDatabase): Promise<EnvironmentRecord[]> {
  return await readRows(db.select(columns).from(environments).orderBy(asc(environments.key)));
}

export async function getEnvironment(db: StoreDatabase, key: string): Promise<EnvironmentRecord | undefined> {
  const [found] = await readRows(db.select(columns).from(environments).where(eq(environments.key, key)));
  return found;
}

/** The name is for people only: no document holds it, so no version is made. */
export async function renameEnvironment(
  db: StoreDatabase,
  key: string,
  name: string,
  options: WriteOptions,
): Promise<WriteResult> {
  return await writeEnvironment(db, key, {
    options,
    statements: [db.update(environments).set({ name }).where(eq(environments.key, key))],
  });
}

/**
 * Deletes the environment with its configurations, segments and keys. Its last version purges everything.
 * ConflictError: it is not at `expectedVersion` any more.
 */
export async function deleteEnvironment(
  db: StoreDatabase,
  key: string,
  options: Omit<DocumentGuard, "mustNotExist">,
): Promise<WriteResult> {
  return await writeEnvironment(db, key, {
    target: { kind: "environment", key },
    options,
    statements: [
      db.delete(flagConfigurations).where(eq(flagConfigurations.environment, key)),
      db.delete(segments).where(eq(segments.environment, key)),
      db.delete(sdkKeys).where(eq(sdkKeys.environment, key)),
      db.delete(environments).where(eq(environments.key, key)),
    ],
  });
}

function copyStatements(db: StoreDatabase, from: string, to: string) {
  return [
    db.execute(sql`
      insert into segments (environment, key, name, description, condition)
      select ${to}, key, name, description, condition from segments where environment = ${from}`),
    db.execute(sql`
      insert into flag_configurations (environment, flag_key, enabled, rules, default_serve, off_variant, prerequisites)
      select ${to}, flag_key, enabled, rules, default_serve, off_variant, prerequisites
      from flag_configurations where environment = ${from}`),
  ];
}
