import { sql } from "drizzle-orm";
import { MAX_CHANGES } from "../flags/changes.ts";
import { type OutboxRow, pendingChanges } from "./outbox-rows.ts";
import type { StoreDatabase } from "./client.ts";
import { readJson, type Written } from "./writes/transaction.ts";

/** The changes that the sweep has not confirmed yet. */
export interface Unconfirmed {
  /** The version of every environment. */
  versions: Map<string, number>;
  /**
   * Environments with such changes: every change since the oldest that is not done, or one change of everything if they
   * are more than MAX_CHANGES.
   */
  pending: Map<string, Written>;
}

/** An environment whose version was raised above one that caches have seen. `from` is 0 if it did not exist. */
export interface Raised {
  environment: string;
  from: number;
  to: number;
}

/** The outbox, as the sweep uses it. */
export interface Outbox {
  readUnconfirmed(): Promise<Unconfirmed>;
  /**
   * Raises versions to `step` above those that caches have seen, if the database is below them: see
   * docs/reliability.md. Makes one statement.
   */
  raiseVersions(seen: ReadonlyMap<string, number>, step: number): Promise<Raised[]>;
  markDone(environment: string, upToVersion: number): Promise<void>;
  /**
   * Deletes rows that were done over a week ago, except for the last 500 of each environment. Deletes at most 5,000
   * rows in one call.
   */
  pruneOutbox(): Promise<void>;
}

export function createOutbox(db: StoreDatabase): Outbox {
  return {
    readUnconfirmed: () => readUnconfirmed(db),
    raiseVersions: (seen, step) => raiseVersions(db, seen, step),
    markDone: (environment, upToVersion) => markDone(db, environment, upToVersion),
    pruneOutbox: async () => {
      await readJson(db, sql`select prune_outbox() as result`);
    },
  };
}

// Rows in between that are already done are included, because a head only accepts versions without a gap.
async function readUnconfirmed(db: StoreDatabase): Promise<Unconfirmed> {
  const rows = await readJson<
    [environment: string, version: number | null, newest: number | null, rows: OutboxRow[] | null]
  >(
    db,
    sql`
    select json_build_array(coalesce(p.environment, e.key), e.version, newest.version, case
      when p.oldest is null then '[]'::json
      when newest.version - p.oldest < ${MAX_CHANGES} then (
        select json_agg(json_build_array(o.version, o.fields) order by o.version)
        from outbox o where o.environment = p.environment and o.version between p.oldest and newest.version
      ) end) as result
    from (select environment, min(version) as oldest from outbox where done_at is null group by environment) as p
      full join environments e on e.key = p.environment
      left join lateral (select max(o.version) as version from outbox o where o.environment = p.environment) as newest
        on true
    order by coalesce(p.environment, e.key)`,
  );
  const unconfirmed: Unconfirmed = { versions: new Map(), pending: new Map() };
  for (const [environment, version, newest, changes] of rows) {
    if (version !== null) unconfirmed.versions.set(environment, version);
    const pending = newest === null ? [] : pendingChanges(changes, newest);
    if (newest !== null && pending.length > 0) unconfirmed.pending.set(environment, { version: newest, pending });
  }
  return unconfirmed;
}

async function raiseVersions(db: StoreDatabase, seen: ReadonlyMap<string, number>, step: number): Promise<Raised[]> {
  const heads = JSON.stringify(Object.fromEntries(seen));
  const rows = await readJson<[environment: string, from: number, to: number]>(
    db,
    sql`select raise_versions(${heads}::jsonb, ${step}::bigint) as result`,
  );
  return rows.map(([environment, from, to]) => ({ environment, from, to }));
}

async function markDone(db: StoreDatabase, environment: string, upToVersion: number): Promise<void> {
  await readJson(
    db,
    sql`update outbox set done_at = now()
      where environment = ${environment} and version <= ${upToVersion} and done_at is null`,
  );
}
