import { Client } from "pg";
import { databaseUrlOf, withFullVerification } from "./database-url.ts";
import { applyMigrations } from "./migrate.ts";

/** Applies the missing migrations to the database at DATABASE_URL. Returns the names of those applied. */
export async function migrateDatabase(env: Record<string, string | undefined>): Promise<string[]> {
  const client = new Client({ connectionString: withFullVerification(databaseUrlOf(env)) });
  await client.connect();
  try {
    return await applyMigrations({
      query: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
      // Postgres runs SQL text with several statements as one transaction.
      exec: async (sqlText) => void (await client.query(sqlText)),
    });
  } finally {
    await client.end();
  }
}

/** Says which migrations were applied. */
export function migrationText(applied: readonly string[]): string {
  return applied.length === 0 ? "nothing to apply" : `applied:\n${applied.map((name) => `  ${name}`).join("\n")}`;
}
