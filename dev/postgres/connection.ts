/** Connections of commands to a Postgres of any kind, by its own protocol. */
import { Client } from "pg";
import { databaseUrlOf, withFullVerification } from "./database-url.ts";

/** Longer than any connection over the Internet takes, and shorter than somebody waits (ms). */
const CONNECT_TIMEOUT_MS = 15_000;

/** The database does not let the command in. The message names its host, and no credentials. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/**
 * Runs a task with a connection to the database at DATABASE_URL.
 * @throws TypeError DATABASE_URL is missing or malformed
 * @throws ConnectionError
 */
export async function withConnection<Result>(
  env: Readonly<Record<string, string | undefined>>,
  task: (client: Client) => Promise<Result>,
): Promise<Result> {
  const url = withFullVerification(databaseUrlOf(env));
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that the server ends also fails the statement that waits for it.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new ConnectionError(reasonOf(error, url));
  }
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

function reasonOf(error: unknown, url: string): string {
  const { host } = new URL(url);
  const { code, severity, message } = error as { code?: unknown; severity?: unknown; message?: unknown };
  // Only the server's own errors have a severity.
  if (severity !== undefined)
    return `the database at ${host} refuses the connection: ${String(message)}. Correct DATABASE_URL`;
  const reason = typeof code === "string" ? code : String(message);
  return `the database at ${host} cannot be reached (${reason}). Check DATABASE_URL, and whether the database runs`;
}
