/** The database of the store's functions, for commands that change or read it without the worker. */
import { neonConfig } from "@neondatabase/serverless";
import { parseSettingsOf } from "../../src/env.ts";
import { createDatabase, type StoreDatabase } from "../../src/store/client.ts";
import { withConnection } from "./connection.ts";
import { withFullVerification } from "./database-url.ts";

const TIMEOUT_MS = 30_000;

/**
 * Runs a task with the database at DATABASE_URL. Any Postgres will do: the requests of Neon's client end in this
 * process, which speaks Postgres' own protocol to the database. With NEON_HTTP_URL, they go there instead.
 * @throws TypeError, SettingsError a setting is wrong
 * @throws ConnectionError
 */
export async function withDatabase<Result>(
  env: Readonly<Record<string, string | undefined>>,
  task: (db: StoreDatabase) => Promise<Result>,
): Promise<Result> {
  const { DATABASE_URL, NEON_HTTP_URL } = parseSettingsOf(["DATABASE_URL", "NEON_HTTP_URL"], env);
  if (NEON_HTTP_URL !== undefined)
    return task(createDatabase(DATABASE_URL, { timeoutMs: TIMEOUT_MS, fetchEndpoint: NEON_HTTP_URL }));
  // The pool below connects as often as it wants, and its errors do not say why a connection fails.
  await withConnection(env, async () => {});
  // Both load the embedded Postgres, which takes longer than everything before.
  const [{ openPostgres }, { NeonService }] = await Promise.all([
    import("./neon-backends.ts"),
    import("./neon-service.ts"),
  ]);
  const backend = openPostgres(withFullVerification(DATABASE_URL));
  const service = new NeonService(backend);
  const { fetchFunction } = neonConfig;
  neonConfig.fetchFunction = async (_url: string, init: { headers: object; body: string }) => {
    const headers = Object.fromEntries(
      Object.entries(init.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const { status, body } = await service.handle({
      method: "POST",
      url: new URL("http://localhost/sql"),
      headers,
      body: init.body,
    });
    return Response.json(body, { status });
  };
  try {
    return await task(createDatabase(DATABASE_URL, { timeoutMs: TIMEOUT_MS }));
  } finally {
    neonConfig.fetchFunction = fetchFunction;
    await backend.close();
  }
}
