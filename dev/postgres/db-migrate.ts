/** `npm run db:migrate` applies the missing migrations to the database at DATABASE_URL. */
import { Client } from "pg";
import { applyMigrations } from "./migrate.ts";

async function main(): Promise<void> {
  const { DATABASE_URL } = process.env;
  if (!DATABASE_URL)
    throw new TypeError("DATABASE_URL is not set. Set it to the connection string of the role that owns the tables.");
  const client = new Client({ connectionString: DATABASE_URL });
  await client.connect();
  try {
    const applied = await applyMigrations({
      query: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
      // Postgres runs SQL text with several statements as one transaction.
      exec: async (sqlText) => void (await client.query(sqlText)),
    });
    console.log(
      applied.length === 0 ? "nothing to apply" : `applied:\n${applied.map((name) => `  ${name}`).join("\n")}`,
    );
  } finally {
    await client.end();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
