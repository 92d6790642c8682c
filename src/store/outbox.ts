import { sql, type SQL } from "drizzle-orm";
import type { OutboxRow } from "./outbox-rows.ts";
import type { StoreDatabase } from "./client.ts";
import { readJson, toWritten, type Written } from "./writes/transaction.ts";

/**
 * The number of changes of one environment that a sweep publishes one by one: 80 a second since the last sweep. With
 * more, it empties Redis and the memory of its isolate.
 */
const MAX_SWEPT = 5000;
/**
 * The size of these changes at most, as JSON (bytes). A command with more would be refused, because the smallest plan
 * of Upstash accepts requests of 1 MB.
 */
const MAX_SWEPT_BYTES = 500_000;

/** The changes that a worker's own purge targets have not all accepted yet. */
export interface Unconfirmed {
  /** The version of every environment. */
  versions: Map<string, number>;
  /** The tags of these versions, as far as they have one. */
  tags: Map<string, string>;
  /**
   * Environments with such changes: every change since the oldest that one of the targets has not accepted, or one
   * change of everything if they are too many or too large for one command, or if the target is new.
   */
  pending: Map<string, Written>;
}

/** An environment whose version was raised above one that caches have seen. `from` is 0 if it did not exist. */
export interface Raised {
  environment: string;
  from: number;
  to: number;
}

/** The targets that one worker purges, by kind. The database records by their ids which purge each has accepted. */
export interface PurgeTargets {
  redis?: string;
  edge?: string;
}

/** The outbox, as the sweep of one worker uses it. */
export interface Outbox {
  readonly targets: PurgeTargets;
  /** Also registers the worker's targets. Makes one statement. */
  readUnconfirmed(): Promise<Unconfirmed>;
  /**
   * Raises versions to `step` above those that caches have seen, if the database is below them: see
   * docs/reliability.md. Makes one statement.
   */
  raiseVersions(seen: ReadonlyMap<string, number>, step: number): Promise<Raised[]>;
  /**
   * Records which targets have accepted the purges of an environment up to a version. Rows that every registered target
   * has accepted are done. Makes one statement.
   */
  confirm(environment: string, upToVersion: number, acceptedBy: readonly string[]): Promise<void>;
  /**
   * Deletes rows that were done over a week ago, except for the last 500 of each environment. Deletes at most 5,000
   * rows in one call. Also says whether webhooks have queues, so that projects without webhooks make no statement for
   * them.
   */
  pruneOutbox(): Promise<{ hasWebhooks: boolean }>;
}

/** Opens the outbox for a worker that purges these targets. */
export function createOutbox(db: StoreDatabase, targets: PurgeTargets = {}): Outbox {
  return {
    targets,
    readUnconfirmed: () => readUnconfirmed(db, Object.values(targets)),
    raiseVersions: (seen, step) => raiseVersions(db, seen, step),
    confirm: (environment, upToVersion, acceptedBy) => confirm(db, environment, upToVersion, acceptedBy),
    async pruneOutbox() {
      const statement = sql`select exists (select from webhook_queues) as result from prune_outbox()`;
      const [hasWebhooks = false] = await readJson<boolean>(db, statement);
      return { hasWebhooks };
    },
  };
}

/** Returns the number of an environment's rows that are not done. */
export async function countPending(db: StoreDatabase, environment: string): Promise<number> {
  const [count = 0] = await readJson<number>(
    db,
    sql`select count(*)::int as result from outbox where environment = ${environment} and done_at is null`,
  );
  return count;
}

/** The row of begin_sweep() for one environment, and the tag of the version before its changes. */
type SweepRow = [
  environment: string,
  version: number | null,
  newest: number,
  changes: OutboxRow[] | null,
  tag: string | null,
  before: string | null,
];

// Rows in between that are already done are included, because a head only accepts versions without a gap.
async function readUnconfirmed(db: StoreDatabase, targets: readonly string[]): Promise<Unconfirmed> {
  const rows = await readJson<SweepRow>(
    db,
    sql`
      select json_build_array(
        swept -> 0, swept -> 1, swept -> 2,
        case when octet_length(swept::text) <= ${MAX_SWEPT_BYTES} then swept -> 3 end, swept -> 4,
        (select o.tag from outbox o where o.environment = swept ->> 0 and o.version = (swept #>> '{3,0,0}')::bigint - 1)
      ) as result
      from begin_sweep(${textArray(targets)}, ${MAX_SWEPT}) as swept`,
  );
  const unconfirmed: Unconfirmed = { versions: new Map(), tags: new Map(), pending: new Map() };
  for (const [environment, version, newest, changes, tag, before] of rows) {
    if (version !== null) unconfirmed.versions.set(environment, version);
    if (version === newest && tag !== null) unconfirmed.tags.set(environment, tag);
    const written = toWritten(newest, changes, tag, before);
    if (written.pending.length > 0) unconfirmed.pending.set(environment, written);
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

async function confirm(
  db: StoreDatabase,
  environment: string,
  upToVersion: number,
  acceptedBy: readonly string[],
): Promise<void> {
  const targets = textArray(acceptedBy);
  await readJson(db, sql`select confirm_purge(${environment}, ${upToVersion}::bigint, ${targets}) as result`);
}

function textArray(values: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;
}
