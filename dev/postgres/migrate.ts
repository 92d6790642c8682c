import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";

/** The database operations that migrations need. The local Neon endpoint has both. */
export interface MigrationTarget {
  query<Row>(sql: string): Promise<Row[]>;
  /** Runs SQL text with several statements as one transaction. */
  exec(sqlText: string): Promise<void>;
}

/** A migration cannot be applied. The message names its file and the reason. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/**
 * A statement of a migration waits at most this long for a lock. While it waits, all later requests for the same table
 * queue up behind it, so a long wait would stop the worker.
 */
const LOCK_TIMEOUT_MS = 2000;
/** A migration that does not get its locks is tried again after these pauses (ms). */
const PAUSES_MS = [500, 1000, 2000, 5000, 5000, 10_000, 10_000, 10_000];

export const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../migrations");

/**
 * Applies the missing migrations in order, each in one transaction with its record. Records are kept in drizzle-kit's
 * own table, so that drizzle-kit sees them as well. Returns the names of the applied migrations.
 */
export async function applyMigrations(
  target: MigrationTarget,
  folder = MIGRATIONS_FOLDER,
  pause: (ms: number) => Promise<unknown> = delay,
): Promise<string[]> {
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  const names = await readNames(folder);
  await target.exec(`
    create schema if not exists drizzle;
    create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);`);
  const recorded = await target.query<{ hash: string; created_at: string }>(
    "select hash, created_at::text from drizzle.__drizzle_migrations",
  );
  const hashes = new Map(recorded.map((row) => [Number(row.created_at), row.hash]));

  const applied: string[] = [];
  for (const migration of migrations) {
    const name = names.get(migration.folderMillis) ?? "a migration";
    const hash = hashes.get(migration.folderMillis);
    if (hash === migration.hash) continue;
    if (hash !== undefined) throw new MigrationError(`${name} has changed since it was applied to this database`);
    await applyPatiently(() => target.exec(withRecord(migration)), pause).catch((error: unknown) => {
      throw new MigrationError(`${name} cannot be applied: ${reasonOf(error)}`, { cause: error });
    });
    applied.push(name);
  }
  return applied;
}

function withRecord({ sql, hash, folderMillis }: MigrationMeta): string {
  const record = `insert into drizzle.__drizzle_migrations (hash, created_at) values ('${hash}', ${folderMillis})`;
  const limit = `set local lock_timeout = ${LOCK_TIMEOUT_MS}`;
  return [limit, ...sql, record].map((part) => part.trim().replace(/;$/, "")).join(";\n");
}

/**
 * Applies a migration. If another transaction holds a lock that it needs, or each of the two waits for the other, lets
 * waiting requests pass and retries.
 */
async function applyPatiently(apply: () => Promise<void>, pause: (ms: number) => Promise<unknown>): Promise<void> {
  for (const ms of PAUSES_MS) {
    try {
      return await apply();
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      await pause(ms);
    }
  }
  await apply();
}

function isLockFailure(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "55P03" || code === "40P01";
}

function reasonOf(error: unknown): string {
  if (isLockFailure(error))
    return (
      `another transaction has held a lock on its tables during all ${PAUSES_MS.length + 1} attempts. ` +
      "Nothing of this migration was applied. Run this again when no dump or long transaction is running."
    );
  return error instanceof Error ? error.message : String(error);
}

/** Returns the file names of the migrations, by the time that identifies each. */
async function readNames(folder: string): Promise<Map<number, string>> {
  const path = `${folder}/meta/_journal.json`;
  if (!existsSync(path)) throw new MigrationError(`${path} is missing`);
  const { entries } = JSON.parse(await readFile(path, "utf8")) as { entries: { when: number; tag: string }[] };
  return new Map(entries.map(({ when, tag }) => [when, `migrations/${tag}.sql`]));
}
