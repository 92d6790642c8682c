/** `npm run db:migrate` applies the missing migrations to the database at DATABASE_URL. */
import { Client } from "pg";
import { reportFailure } from "../failure.ts";
import { databaseUrlOf, withFullVerification } from "./database-url.ts";
import { applyMigrations } from "./migrate.ts";

async function main(): Promise<void> {
  const client = new Client({ connectionString: withFullVerification(databaseUrlOf(process.env)) });
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

main().catch((error: unknown) => reportFailure(error));
