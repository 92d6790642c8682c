import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";

/** What migrating needs of a database; the local Neon endpoint has both. */
export interface MigrationTarget {
  query<Row>(sql: string): Promise<Row[]>;
  /** Runs SQL text with many statements as one transaction. */
  exec(sqlText: string): Promise<void>;
}

/** A migration that cannot be applied; the message says which file and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

export const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../migrations");

/**
 * Applies the migrations that the database does not have yet, in order, each with its record in one transaction.
 * The record is drizzle-kit's own table, so that `npm run db:migrate` and this agree. Answers the names it applied.
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
    if (hash !== undefined) throw new MigrationError(`${name} was changed after it had been applied to this database`);
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

/** File names by the time that identifies a migration. */
async function readNames(folder: string): Promise<Map<number, string>> {
  const path = `${folder}/meta/_journal.json`;
  if (!existsSync(path)) throw new MigrationError(`${path} is missing`);
  const { entries } = JSON.parse(await readFile(path, "utf8")) as { entries: { when: number; tag: string }[] };
  return new Map(entries.map(({ when, tag }) => [when, `migrations/${tag}.sql`]));
}
