import { sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";

const DAY_MS = 86_400_000;
/** Hours become days after this time (ms). Exported for the API, which refuses older hours. */
export const HOURS_KEPT_MS = 30 * DAY_MS;
/** Days are kept for this time (ms). Exported for the API, which refuses older days. */
export const DAYS_KEPT_MS = 400 * DAY_MS;
/** A batch that was added longer ago than this is never sent again (ms). */
const BATCHES_KEPT_MS = 3 * DAY_MS;
/** The number of rows of each table that one call moves or deletes. */
const MAX_ROWS = 5000;

/** The rows that one call has moved and deleted. */
export interface Kept {
  rolledUp: number;
  pruned: number;
}

/** Moves old hours to their days, and deletes what is no longer kept. The work of one call is bounded. */
export async function keepUsage(db: StoreDatabase, now: number): Promise<Kept> {
  const instant = (ageMs: number) => sql`to_timestamp(${Math.floor((now - ageMs) / 1000)}::bigint)`;
  const [kept = { rolledUp: 0, pruned: 0 }] = await readJson<Kept>(
    db,
    sql`select json_build_object(
      'rolledUp', roll_up_usage(${instant(HOURS_KEPT_MS)}, ${MAX_ROWS}),
      'pruned', prune_usage(${instant(DAYS_KEPT_MS)}, ${instant(BATCHES_KEPT_MS)}, ${MAX_ROWS})) as result`,
  );
  return kept;
}
