import { withConnection } from "./connection.ts";
import { applyMigrations } from "./migrate.ts";

/** Applies the missing migrations to the database at DATABASE_URL. Returns the names of those applied. */
export function migrateDatabase(env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  return withConnection(env, (client) =>
    applyMigrations({
      query: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
      // Postgres runs SQL text with several statements as one transaction.
      exec: async (sqlText) => void (await client.query(sqlText)),
    }),
  );
}

/** Says which migrations were applied. */
export function migrationText(applied: readonly string[]): string {
  return applied.length === 0 ? "nothing to apply" : `applied:\n${applied.map((name) => `  ${name}`).join("\n")}`;
}
