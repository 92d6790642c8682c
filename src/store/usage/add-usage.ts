import { sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";

/** One count of evaluations in the order in which Postgres takes it (migrations/functions/usage.sql). */
export type CountRow = [
  environment: string,
  /** Whole hours since epoch. */
  hour: number,
  flag: string,
  variant: string,
  rule: string,
  key: string,
  requested: number,
  used: number,
  /** ms since epoch; 0 for never. */
  requestedAt: number,
  usedAt: number,
];

/** Adds a batch of counts. Returns false, and adds nothing, if it was added before. Makes one statement. */
export async function addUsage(db: StoreDatabase, batch: string, counts: readonly CountRow[]): Promise<boolean> {
  const [isNew = false] = await readJson<boolean>(
    db,
    sql`select add_usage(${batch}, ${JSON.stringify(counts)}::jsonb) as result`,
  );
  return isNew;
}
