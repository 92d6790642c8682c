import { sql } from "drizzle-orm";
import type { CountRow, UsageSink } from "../../usage/usage-count.ts";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";

/** If no environment has a count for this long, counting was probably switched off. Exported for the flags' states. */
export const PAUSE = "7 days";

/**
 * Adds a batch of counts. Returns false, and adds nothing, if it was added before. If nothing was counted for a while,
 * counting begins anew: flags that were evaluated meanwhile must not look unused. Makes one statement.
 */
export async function addUsage(db: StoreDatabase, batch: string, counts: readonly CountRow[]): Promise<boolean> {
  const [isNew = false] = await readJson<boolean>(
    db,
    sql`
      with resumed as (
        update usage_scopes s set counted_since = c.at
        from (
          select to_timestamp(max((c ->> 1)::bigint) * 3600) as at
          from jsonb_array_elements(${JSON.stringify(counts)}::jsonb) as c
        ) as c
        where coalesce((select max(u.hour) from usage_hours u), '-infinity') < c.at - ${PAUSE}::interval
      )
      select add_usage(${batch}, ${JSON.stringify(counts)}::jsonb) as result`,
  );
  return isNew;
}

/** Returns the sink of a deployment without Redis. `onAdded` gets the counts of each new batch. */
export function createStoreUsage(db: StoreDatabase, onAdded: (counts: readonly CountRow[]) => void): UsageSink {
  return {
    async add({ sender, sequence, counts }) {
      if (counts.length > 0 && (await addUsage(db, `${sender}.${sequence}`, counts))) onAdded(counts);
      return true;
    },
  };
}
