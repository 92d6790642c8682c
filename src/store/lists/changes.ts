import { sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";

/** One change of an environment, as recorded in the outbox. */
export interface RecordedChange {
  version: number;
  /** Keys of the flags that it made stale; `null` if it made everything stale. */
  flags: string[] | null;
  /** When the transaction of the change began. */
  changedAt: string;
  /** When the sweep had purged everywhere; `null` if it has not done so yet. */
  confirmedAt: string | null;
}

/** Returns the database's time and the last changes, newest first. There are none if the environment does not exist. */
export async function listChanges(
  db: StoreDatabase,
  environment: string,
  limit: number,
): Promise<{ now: string; items: RecordedChange[] }> {
  const rows = await readJson<[now: string, version: number, fields: string[] | null, at: string, done: string | null]>(
    db,
    sql`select json_build_array(now(), version, fields, created_at, done_at) as result
      from outbox where environment = ${environment} order by version desc limit ${limit}`,
  );
  const items = rows.map(([, version, fields, changedAt, confirmedAt]) => ({
    version,
    flags: fields === null ? null : fields.filter((field) => !field.startsWith("@")),
    changedAt,
    confirmedAt,
  }));
  return { now: rows[0]?.[0] ?? "", items };
}
