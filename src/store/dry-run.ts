import { sql } from "drizzle-orm";
import type { StoreDatabase } from "./client.ts";

/** The SQLSTATE with which a dry run ends its transaction. */
export const DRY_RUN_SQLSTATE = "BG900";

/** A write ran to its end and passed every check. It was then rolled back, because it was a dry run. */
export class DryRunPassedError extends Error {
  override readonly name = "DryRunPassedError";
}

/**
 * Returns the database for a dry run. Writes run with all their checks, and the last statement of their transaction
 * fails, so that they are rolled back: there is no version, no audit entry and nothing to publish.
 */
export function dryRunDatabase(db: StoreDatabase): StoreDatabase {
  const batch: StoreDatabase["batch"] = (statements) => {
    const rollback = db.execute(
      sql.raw(`do $$ begin raise exception using errcode = '${DRY_RUN_SQLSTATE}', message = 'dry run'; end $$`),
    );
    return db.batch([...statements, rollback]) as never;
  };
  return Object.create(db, { batch: { value: batch } }) as StoreDatabase;
}
