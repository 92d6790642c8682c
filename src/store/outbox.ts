import { sql } from "drizzle-orm";
import { MAX_CHANGES, type OutboxRow, pendingChanges } from "./changes.ts";
import type { StoreDatabase } from "./client.ts";
import { readJson, type Written } from "./statements.ts";

/** What the sweep publishes and marks. */
export interface Outbox {
  /** Per environment: all changes since its oldest one that is not done; of more than 64, one change of everything. */
  readPendingOutbox(): Promise<Map<string, Written>>;
  markDone(environment: string, upToVersion: number): Promise<void>;
  /** Forgets rows that were done over a week ago, but for the last 500 of each environment. */
  pruneOutbox(): Promise<void>;
}

export function createOutbox(db: StoreDatabase): Outbox {
  return {
    readPendingOutbox: () => readPendingOutbox(db),
    markDone: (environment, upToVersion) => markDone(db, environment, upToVersion),
    pruneOutbox: async () => {
      await readJson(db, sql`select prune_outbox() as result`);
    },
  };
}

// Rows in between that are done already are told again: a head takes only versions without a gap.
async function readPendingOutbox(db: StoreDatabase): Promise<Map<string, Written>> {
  const rows = await readJson<[environment: string, version: number, rows: OutboxRow[] | null]>(
    db,
    sql`
    select json_build_array(p.environment, newest.version,
      case when newest.version - p.oldest < ${MAX_CHANGES} then (
        select json_agg(json_build_array(o.version, o.fields) order by o.version)
        from outbox o where o.environment = p.environment and o.version between p.oldest and newest.version
      ) end) as result
    from (select environment, min(version) as oldest from outbox where done_at is null group by environment) as p
      cross join lateral (select max(o.version) as version from outbox o where o.environment = p.environment) as newest
    order by p.environment`,
  );
  return new Map(
    rows.map(([environment, version, changes]) => [
      environment,
      { version, pending: pendingChanges(changes, version) },
    ]),
  );
}

async function markDone(db: StoreDatabase, environment: string, upToVersion: number): Promise<void> {
  await readJson(
    db,
    sql`update outbox set done_at = now()
      where environment = ${environment} and version <= ${upToVersion} and done_at is null`,
  );
}
