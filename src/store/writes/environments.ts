import { asc, eq, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import type { DocumentGuard, EnvironmentPatch, EnvironmentWrite, WriteOptions } from "../inputs.ts";
import { readRows, writeEnvironment, writeProject, type WriteResult, type Written } from "./transaction.ts";
import { overridesSince } from "../readings/environment-reading.ts";
import { environments, flagConfigurations, sdkKeys, segments } from "../tables.ts";

export interface EnvironmentRecord {
  key: string;
  name: string;
  version: number;
  createdAt: string;
  overridesAllowed: boolean;
  requiresNote: boolean;
}

const columns = {
  key: environments.key,
  name: environments.name,
  version: environments.version,
  createdAt: environments.createdAt,
  overridesAllowed: sql<boolean>`${environments.overridesAllowedAt} is not null`,
  requiresNote: environments.requiresNote,
};

/**
 * Creates an environment. One that existed before continues from its last version. @throws ConflictError if it exists
 */
export async function createEnvironment(
  db: StoreDatabase,
  { key, name, copyFrom }: EnvironmentWrite,
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

/**
 * Changes an environment. A new name or requiring a note makes no version, because no document contains it. Allowing or
 * forbidding overrides makes one, because the edge needs to know.
 */
export async function updateEnvironment(
  db: StoreDatabase,
  key: string,
  { name, overridesAllowed, requiresNote }: EnvironmentPatch,
  options: WriteOptions,
): Promise<WriteResult> {
  const since = environments.overridesAllowedAt;
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(requiresNote === undefined ? {} : { requiresNote }),
    ...(overridesAllowed === undefined
      ? {}
      : { overridesAllowedAt: overridesAllowed ? sql`coalesce(${since}, now())` : null }),
  };
  const update = db.update(environments).set(changes).where(eq(environments.key, key));
  return await writeEnvironment(db, key, { options, statements: Object.keys(changes).length === 0 ? [] : [update] });
}

/**
 * Returns when the environment began to allow overrides (ms since epoch), `null` if it does not allow them, `undefined`
 * if it does not exist.
 */
export async function readOverridesSince(db: StoreDatabase, key: string): Promise<number | null | undefined> {
  const [found] = await readRows(
    db.select({ since: overridesSince }).from(environments).where(eq(environments.key, key)),
  );
  return found?.since;
}

/**
 * Deletes the environment with its configurations, segments and SDK keys. Its last version purges everything.
 * @throws ConflictError if it is no longer at `expectedVersion`
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
    // A flag that is restored comes back in both environments.
    db.execute(sql`
      insert into archived_configurations (environment, flag_key, configuration)
      select ${to}, flag_key, configuration || jsonb_build_object('environment', ${to}::text)
      from archived_configurations where environment = ${from}`),
  ];
}
