import { sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type Change, MAX_CHANGES } from "../../flags/changes.ts";
import type { Reading } from "../../flags/reading.ts";
import { StoreUnavailableError } from "../../ops/errors.ts";
import { lostWrite, storeError } from "../store-errors.ts";
import { type OutboxRow, pendingChanges } from "../outbox-rows.ts";
import type { StoreDatabase } from "../client.ts";
import type { DocumentGuard, WriteOptions } from "../inputs.ts";
import { pointAtReferences, type WrittenDocument } from "./reference-errors.ts";
import { selectWrittenReading, type ReadingRow, toReading } from "../readings/environment-reading.ts";
import { limitTime, requireTimeLeft } from "./time-limits.ts";

/** A drizzle query. It runs each time it is awaited, so only this file awaits it. */
export type Statement = BatchItem<"pg">;

/** The version of an environment after a write, and the changes to publish. */
export interface Written {
  version: number;
  /** The random tag of `version`. `undefined` if unknown. */
  tag?: string | undefined;
  /**
   * Every change since the oldest that has to be published, oldest first; of more than MAX_CHANGES, the last ones. A
   * head that misses an earlier one starts over.
   */
  pending: Change[];
}

export interface WriteResult extends Written {
  /** The documents that the write changed, read in its own transaction; `undefined` if they are many. */
  reading: Reading | undefined;
  /** Other environments that got a new version, because all environments share a definition. */
  elsewhere: Map<string, Written>;
}

export interface WriteTarget {
  /** `null` if the write concerns the whole project. */
  environment: string | null;
  kind?: "flag" | "segment" | "key" | "environment";
  /** `undefined` if the write concerns many documents of that kind. */
  key?: string;
}

export interface Write {
  target: WriteTarget;
  options: DocumentGuard & { mustExist?: boolean };
  statements: readonly Statement[];
  /** The documents that the statements write, for the pointers of errors. */
  documents?: readonly WrittenDocument[];
}

/** Runs one statement that selects one JSON column named `result`. */
export async function readJson<T>(db: StoreDatabase, statement: SQL): Promise<T[]> {
  return resultsOf<T>(await settle(async () => await db.execute(statement)));
}

/** Runs one query of the query builder. */
export async function readRows<T>(query: PromiseLike<T>): Promise<T> {
  return await settle(async () => await query);
}

/** Writes to one environment: guard, statements, checks and result in one transaction and one request. */
export async function writeEnvironment(
  db: StoreDatabase,
  environment: string,
  write: Omit<Write, "target"> & { target?: Omit<WriteTarget, "environment"> },
): Promise<WriteResult> {
  const target = { environment, ...write.target };
  const { written, reading } = await runWrite(db, { ...write, target }, environment);
  const own = written.get(environment) ?? { version: 0, pending: [] };
  written.delete(environment);
  return { ...own, reading, elsewhere: written };
}

/** Writes to any number of environments. Returns those that got a new version, and `environment`. */
export async function writeProject(
  db: StoreDatabase,
  write: Write,
  environment: string | null = null,
): Promise<Map<string, Written>> {
  return (await runWrite(db, write, environment)).written;
}

/** Writes to an existing flag's definition, and to all that every environment has of it. @throws NotFoundError */
export async function writeFlagEverywhere(
  db: StoreDatabase,
  key: string,
  options: WriteOptions,
  statements: readonly Statement[],
): Promise<Map<string, Written>> {
  const target = { environment: null, kind: "flag", key } as const;
  return await writeProject(db, { target, options: { ...options, mustExist: true }, statements });
}

async function runWrite(
  db: StoreDatabase,
  { target, options, statements, documents = [] }: Write,
  environment: string | null,
): Promise<{ written: Map<string, Written>; reading: Reading | undefined }> {
  try {
    const results = await db
      .batch([
        db.execute(limitTime(db.timeoutMs)),
        db.execute(beginWrite(target, options)),
        ...(options.expectedDefinition === undefined ? [] : [db.execute(requireDefinition(target, options))]),
        ...statements,
        // Checks constraints here rather than at COMMIT, so that an error belongs to a statement.
        db.execute(sql`set constraints all immediate`),
        db.execute(selectWritten(environment)),
        ...(environment === null ? [] : [db.execute(selectWrittenReading(environment))]),
        db.execute(requireTimeLeft(db.timeoutMs)),
      ])
      .catch((error: unknown) => {
        throw storeError(error, "write");
      });
    const { hasWebhookEvents, ...result } = resultOf(results, environment);
    if (hasWebhookEvents) db.onWebhookEvents?.();
    return result;
  } catch (error) {
    throw pointAtReferences(error, documents);
  }
}

/** The parameters of {@link toWritten}. */
type WrittenRow = [version: number, changes: OutboxRow[] | null, tag: string | null, before: string | null];

/** Returns the versions and the reading that the last statements of a write selected. The write is committed. */
function resultOf(
  results: unknown[],
  environment: string | null,
): { written: Map<string, Written>; reading: Reading | undefined; hasWebhookEvents: boolean } {
  try {
    const [versions, reading] = environment === null ? [results.at(-2)] : [results.at(-3), results.at(-2)];
    const row = environment === null ? undefined : resultsOf<ReadingRow>(reading)[0];
    const [first, ...rows] = resultsOf<[string, ...WrittenRow] | boolean>(versions);
    return {
      hasWebhookEvents: first === true,
      written: new Map((rows as [string, ...WrittenRow][]).map(([key, ...row]) => [key, toWritten(...row)])),
      reading: row && toReading(row, undefined),
    };
  } catch (error) {
    throw lostWrite(error);
  }
}

/**
 * Returns what to publish of an environment: `changes` and `before` as {@link pendingChanges} takes them, and the
 * version's tag.
 */
export function toWritten(
  version: number,
  changes: readonly OutboxRow[] | null,
  tag: string | null,
  before: string | null,
): Written {
  return { version, tag: tag ?? undefined, pending: pendingChanges(changes, version, before) };
}

/** Rejects a result of the wrong shape: treating it as empty would report the environment as unknown. */
function resultsOf<T>(result: unknown): T[] {
  const rows = (result as { rows?: unknown } | undefined)?.rows;
  if (!Array.isArray(rows) || !rows.every((row: unknown) => typeof row === "object" && row !== null && "result" in row))
    throw new StoreUnavailableError("the store returned a result of the wrong shape");
  return rows.map((row) => (row as { result: T }).result);
}

/** Formats an instant in JSON as tables.ts does. */
export function isoInstant(column: SQL): SQL {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Begins a write. A second one in the same transaction adds a guard. */
export function beginWrite({ environment, kind, key }: WriteTarget, options: Write["options"]): SQL {
  const presence = options.mustExist ? "present" : options.mustNotExist ? "absent" : "any";
  return sql`select begin_write(${options.actor}::text, ${environment}::text, ${kind ?? null}::text,
    ${key ?? null}::text, ${presence}::text, ${options.expectedVersion ?? null}::bigint, ${options.note ?? null}::text)`;
}

function requireDefinition({ key }: WriteTarget, { expectedDefinition }: WriteOptions): SQL {
  return sql`select require_definition(${key ?? null}::text, ${expectedDefinition ?? null}::text)`;
}

/**
 * Selects whether the write has queued events for webhooks, and the environments that it versioned. A deleted
 * environment is found in the outbox.
 */
function selectWritten(environment: string | null): SQL {
  return sql`
    select to_json(coalesce(current_setting('burgee.webhook_events', true), '') = 'yes') as result
    union all
    (select json_build_array(written.key, written.version, case
      when first.version is null then '[]'::json
      else (
        -- Null, which means everything, if a version in between has no row.
        select case when count(*) = written.version - first.version + 1
          then json_agg(json_build_array(o.version, o.fields, o.tag) order by o.version) end
        from outbox o where o.environment = written.key and o.version between first.version and written.version
      )
    end, written.tag, (
      select o.tag from outbox o where o.environment = written.key and o.version = first.version - 1
    )) as result
    from (
      select e.key, e.version, e.version_tag as tag from environments e
      where e.key = ${environment}
        or e.bumped_by = pg_current_xact_id_if_assigned() and e.bumped_at = transaction_timestamp()
      union all
      (select o.environment, o.version, o.tag from outbox o
      where o.environment = ${environment} and not exists (select from environments e where e.key = ${environment})
      order by o.version desc limit 1)
    ) as written cross join lateral (
      select case when oldest is not null then greatest(oldest, written.version - ${MAX_CHANGES - 1}) end as version
      from first_unpublished(written.key, written.version) as oldest
    ) as first
    order by written.key)`;
}

async function settle<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storeError(error);
  }
}
