import { and, desc, eq, getTableColumns, inArray, lt, or, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { audit } from "../derived-tables.ts";
import type { Page } from "../lists/page.ts";
import { readJson, readRows } from "../writes/transaction.ts";
import { type AuditFilter, matchesText, MAX_SCANNED, nameOf, selects } from "./audit-filter.ts";

/** A change. `actorName` is that of today in records from before the audit had names. */
export type AuditRecord = Omit<typeof audit.$inferSelect, "actorName"> & { actorName: string };

/** The columns of a record. */
export const recordColumns = { ...getTableColumns(audit), actorName: nameOf };

export async function getAudit(db: StoreDatabase, id: number): Promise<AuditRecord | undefined> {
  const [found] = await readRows(db.select(recordColumns).from(audit).where(eq(audit.id, id)));
  return found;
}

/** Which part of the audit to read. */
export interface AuditListing extends AuditFilter {
  limit: number;
  /** Selects the records older than the one with this id. */
  before?: number | undefined;
}

/**
 * Returns the newest records first. With a text, one call looks at {@link MAX_SCANNED} records, so a page can have
 * fewer than `limit` records, or none, and another page after it.
 */
export async function listAudit(
  db: StoreDatabase,
  { limit, before, ...filter }: AuditListing,
): Promise<Page<AuditRecord>> {
  const selected = and(selects(filter), before === undefined ? undefined : lt(audit.id, before));
  const scan = filter.text === undefined ? undefined : await scanForText(db, selected, filter.text, limit);
  if (scan?.ids.length === 0) return { items: [], nextCursor: scan.next?.toString() };
  const rows = await readRows(
    db
      .select(recordColumns)
      .from(audit)
      .where(scan === undefined ? selected : inArray(audit.id, scan.ids))
      .orderBy(desc(audit.id))
      .limit(limit),
  );
  const next = scan === undefined ? (rows.length === limit ? rows.at(-1)?.id : undefined) : scan.next;
  return { items: rows, nextCursor: next?.toString() };
}

/** Returns the newest ids whose records contain the text, and where to go on; `next` is `undefined` at the end. */
async function scanForText(
  db: StoreDatabase,
  selected: ReturnType<typeof selects>,
  text: string,
  limit: number,
): Promise<{ ids: number[]; next: number | undefined }> {
  const [found] = await readJson<{ ids: number[] | null; oldest: number | null; scanned: number }>(
    db,
    sql`
      with scanned as (
        select ${audit.id} as id, ${matchesText(text)} as is_match from ${audit}
        where ${selected ?? sql`true`}
        order by ${audit.id} desc limit ${MAX_SCANNED}
      )
      select json_build_object(
        'ids', (select json_agg(m.id) from (select id from scanned where is_match order by id desc limit ${limit}) as m),
        'oldest', (select min(id) from scanned), 'scanned', (select count(*) from scanned)
      ) as result`,
  );
  const ids = found?.ids ?? [];
  if (ids.length === limit) return { ids, next: ids.at(-1) };
  return { ids, next: found?.scanned === MAX_SCANNED ? (found.oldest ?? undefined) : undefined };
}

/**
 * The deletion of a flag's definition, with the configurations that the same transaction deleted. Those of an archived
 * flag were deleted when it was archived.
 */
export interface FlagDeletion {
  definition: AuditRecord;
  configurations: AuditRecord[];
}

/** Returns the last deletion of the flag's definition, or `undefined` if the audit has none. */
export async function getFlagDeletion(db: StoreDatabase, key: string): Promise<FlagDeletion | undefined> {
  const last = (time: string) => sql`select ${sql.raw(time)} from audit last
    where last.entity = 'flag' and last.key = ${key} and last.action = 'delete' order by last.id desc limit 1`;
  const records = await readRows(
    db
      .select(recordColumns)
      .from(audit)
      .where(
        and(
          eq(audit.key, key),
          inArray(audit.entity, ["flag", "configuration"]),
          eq(audit.action, "delete"),
          // All rows of one transaction have its time, and a flag has the time of the one that archived it.
          or(
            and(eq(audit.entity, "flag"), sql`${audit.at} = (${last("at")})`),
            and(
              eq(audit.entity, "configuration"),
              sql`${audit.at} = (${last(`coalesce((last.before ->> 'archived_at')::timestamptz, last.at)`)})`,
            ),
          ),
        ),
      )
      .orderBy(desc(audit.id)),
  );
  const definition = records.find(({ entity }) => entity === "flag");
  return definition && { definition, configurations: records.filter(({ entity }) => entity === "configuration") };
}
