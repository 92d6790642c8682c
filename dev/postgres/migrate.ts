import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

export const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../migrations");

/**
 * Applies the missing migrations in order, each in one transaction with its record. Records are kept in drizzle-kit's
 * own table, so that drizzle-kit sees them as well. Returns the names of the applied migrations.
 */
export async function applyMigrations(target: MigrationTarget, folder = MIGRATIONS_FOLDER): Promise<string[]> {
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
    await target.exec(withRecord(migration)).catch((error: unknown) => {
      throw new MigrationError(`${name} cannot be applied: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    applied.push(name);
  }
  return applied;
}

function withRecord({ sql, hash, folderMillis }: MigrationMeta): string {
  const record = `insert into drizzle.__drizzle_migrations (hash, created_at) values ('${hash}', ${folderMillis})`;
  return [...sql, record].map((part) => part.trim().replace(/;$/, "")).join(";\n");
}

/** Returns the file names of the migrations, by the time that identifies each. */
async function readNames(folder: string): Promise<Map<number, string>> {
  const path = `${folder}/meta/_journal.json`;
  if (!existsSync(path)) throw new MigrationError(`${path} is missing`);
  const { entries } = JSON.parse(await readFile(path, "utf8")) as { entries: { when: number; tag: string }[] };
  return new Map(entries.map(({ when, tag }) => [when, `migrations/${tag}.sql`]));
}
