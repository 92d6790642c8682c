import { sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Change } from "../flags/head.ts";
import { NotFoundError } from "../ops/errors.ts";
import { contiguousTail, type OutboxRow } from "./changes.ts";
import type { StoreDatabase } from "./client.ts";
import { storeError } from "./store-errors.ts";

/** A drizzle query. It runs when it is awaited, each time: it is awaited here and nowhere else. */
export type Statement = BatchItem<"pg">;

/** What a write did: the environment's version now, and what is to be published. */
export interface WriteResult {
  version: number;
  /** Versions not yet marked done, oldest first, contiguous, the newest 64 at most. */
  pending: Change[];
}

/** Who writes, for the audit. */
export interface WriteOptions {
  actor: string;
}

/** How a document must be found for the write to go on. */
export interface DocumentGuard extends WriteOptions {
  /** Version of the document that the caller has seen (If-Match). */
  expectedVersion?: number | undefined;
  mustNotExist?: boolean | undefined;
}

/** Runs one statement that selects one JSON column named `result`. */
export async function readJson<T>(db: StoreDatabase, statement: SQL): Promise<T[]> {
  const { rows } = await settle(async () => await db.execute<{ result: T }>(statement));
  return rows.map((row) => row.result);
}

/** Runs one statement made with the query builder. */
export async function readRows<T>(query: PromiseLike<T>): Promise<T> {
  return await settle(async () => await query);
}

/** Runs statements as one transaction in one request; answers the `result` of the last one. */
export async function runBatch<T>(db: StoreDatabase, statements: readonly Statement[]): Promise<T | undefined> {
  const [first, ...rest] = statements;
  if (!first) return undefined;
  const results = (await settle(() => db.batch([first, ...rest]))) as { rows?: { result: T }[] }[];
  return results.at(-1)?.rows?.[0]?.result;
}

/** Guard, statements, checks and result of a write in one environment, as one request. */
export async function writeEnvironment(
  db: StoreDatabase,
  environment: string,
  guard: SQL,
  statements: readonly Statement[],
): Promise<WriteResult> {
  const result = await runBatch<{ version: number; pending: OutboxRow[] }>(db, [
    db.execute(guard),
    ...statements,
    // Here rather than at COMMIT, so that the error belongs to a statement.
    db.execute(sql`set constraints all immediate`),
    db.execute(writeResult(environment)),
  ]);
  if (!result) throw new NotFoundError(`environment "${environment}" does not exist`);
  return { version: result.version, pending: contiguousTail(result.pending) };
}

/** The call of begin_write() (migrations/0004). `target.key` undefined: many documents of that kind. */
export function beginWrite(
  environment: string | null,
  target: { kind: "flag" | "segment"; key?: string } | undefined,
  options: DocumentGuard & { mustExist?: boolean },
): SQL {
  const presence = options.mustExist ? "present" : options.mustNotExist ? "absent" : "any";
  return sql`select begin_write(${options.actor}::text, ${environment}::text, ${target?.kind ?? null}::text,
    ${target?.key ?? null}::text, ${presence}::text, ${options.expectedVersion ?? null}::bigint)`;
}

// From the outbox, not from environments: it also answers for an environment that this write deleted.
function writeResult(environment: string): SQL {
  return sql`
    select json_build_object(
      'version', coalesce(
        (select e.version from environments e where e.key = ${environment}),
        (select max(o.version) from outbox o where o.environment = ${environment})
      ),
      'pending', coalesce((
        select json_agg(json_build_array(p.version, p.fields) order by p.version)
        from (
          select o.version, o.fields from outbox o
          where o.environment = ${environment} and o.done_at is null
          order by o.version desc limit 64
        ) as p
      ), '[]')
    ) as result`;
}

async function settle<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storeError(error);
  }
}
