import { sql } from "drizzle-orm";
import type { CountRow, UsageSink } from "../../usage/usage-count.ts";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";

/** Adds a batch of counts. Returns false, and adds nothing, if it was added before. Makes one statement. */
export async function addUsage(db: StoreDatabase, batch: string, counts: readonly CountRow[]): Promise<boolean> {
  const [isNew = false] = await readJson<boolean>(
    db,
    sql`select add_usage(${batch}, ${JSON.stringify(counts)}::jsonb) as result`,
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
