/** The audit by writes: everything that one transaction changed is one group. */
import { and, inArray, lt, lte, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { audit } from "../derived-tables.ts";
import { readJson, readRows } from "../writes/transaction.ts";
import { type AuditRecord, recordColumns } from "./audit.ts";
import { type AuditFilter, matchesText, MAX_SCANNED, selects, writeOf } from "./audit-filter.ts";

/** The records of a group that come with it, because most writes have no more. */
const FIRST_RECORDS = 3;
/** A first look at this many records per group usually finds a page, because most writes have one or two. */
const USUAL_RECORDS = 20;

/** The changes of one write that a filter selects. */
export interface AuditGroup {
  /** The number of the write. */
  write: number;
  /** The number of selected changes, or of those that were counted. */
  count: number;
  /** Whether there are more changes than were counted. */
  hasMore: boolean;
  /** The number of changes by entity and action, such as `{ "configuration update": 3 }`. */
  kinds: Record<string, number>;
  environments: string[];
  /** The versions that the write made. */
  versions: Record<string, number>;
  /** The first changes, oldest first. */
  first: AuditRecord[];
}

/**
 * Where a page of groups ends: it had groups down to this write, and further groups have only records up to this id.
 * Writes that run at the same time mix their records, so one of the two numbers alone would not tell.
 */
export interface GroupCursor {
  write: number;
  id: number;
}

/** A group as one statement finds it: its records from the newest scanned id down to the oldest. */
interface FoundGroup extends Omit<AuditGroup, "hasMore" | "first" | "versions"> {
  ids: number[];
  newest: number;
  versions: Record<string, number>[] | null;
}

/**
 * Returns the newest writes first. A page can have fewer than `limit` groups, or none, and another page after it,
 * because one statement looks at no more than {@link MAX_SCANNED} records.
 */
export async function listAuditGroups(
  db: StoreDatabase,
  { limit, cursor, ...filter }: AuditFilter & { limit: number; cursor?: GroupCursor | undefined },
): Promise<{ groups: AuditGroup[]; next: GroupCursor | undefined }> {
  const usual = filter.text === undefined ? Math.min(limit * USUAL_RECORDS, MAX_SCANNED) : MAX_SCANNED;
  let page = await scan(db, filter, cursor, { limit, scanned: usual });
  if (page.groups.length === 0 && page.next !== undefined && usual < MAX_SCANNED)
    page = await scan(db, filter, cursor, { limit, scanned: MAX_SCANNED });
  const ids = page.groups.flatMap((group) => group.ids);
  const records =
    ids.length === 0 ? [] : await readRows(db.select(recordColumns).from(audit).where(inArray(audit.id, ids)));
  const byId = new Map(records.map((record) => [record.id, record]));
  const groups = page.groups.map(({ write, count, kinds, environments, ids, versions }) => ({
    write,
    count,
    hasMore: write === page.cut,
    kinds,
    environments,
    versions: Object.assign({}, ...(versions ?? [])) as Record<string, number>,
    first: ids.flatMap((id) => byId.get(id) ?? []),
  }));
  return { groups, next: page.next };
}

interface GroupPage {
  groups: FoundGroup[];
  next: GroupCursor | undefined;
  /** The write whose records were too many to be counted. */
  cut: number | undefined;
}

async function scan(
  db: StoreDatabase,
  filter: AuditFilter,
  cursor: GroupCursor | undefined,
  { limit, scanned }: { limit: number; scanned: number },
): Promise<GroupPage> {
  const { groups, total, oldest } = await findGroups(db, filter, cursor, scanned);
  const isCut = total === scanned && oldest !== null;
  // The records of a write have larger ids than its number, so a write above the oldest record was seen whole.
  const whole = isCut ? groups.filter(({ write }) => write >= oldest) : groups;
  const isHuge = whole.length === 0 && scanned === MAX_SCANNED;
  const shown = isHuge ? groups.slice(0, 1) : whole.slice(0, limit);
  const last = shown.at(-1);
  const rest = groups.filter((group) => !shown.includes(group));
  const isEnd = !isCut && rest.length === 0;
  if (isEnd) return { groups: shown, next: undefined, cut: undefined };
  const write = last?.write ?? cursor?.write ?? Number.MAX_SAFE_INTEGER;
  const id = rest.length > 0 ? Math.max(...rest.map(({ newest }) => newest)) : (oldest ?? 1) - 1;
  return { groups: shown, next: { write, id }, cut: isCut && isHuge ? last?.write : undefined };
}

async function findGroups(
  db: StoreDatabase,
  filter: AuditFilter,
  cursor: GroupCursor | undefined,
  scanned: number,
): Promise<{ groups: FoundGroup[]; total: number; oldest: number | null }> {
  const selected = and(
    selects(filter),
    cursor === undefined ? undefined : and(lt(writeOf, cursor.write), lte(audit.id, cursor.id)),
  );
  const [found] = await readJson<{ groups: FoundGroup[] | null; total: number; oldest: number | null }>(
    db,
    sql`
      with scanned as (
        select ${audit.id} as id, ${writeOf} as write, ${audit.environment} as environment,
          ${audit.entity} || ' ' || ${audit.action} as kind,
          coalesce(
            ${audit.versions},
            case when ${audit.version} is not null then jsonb_build_object(${audit.environment}, ${audit.version}) end
          ) as versions,
          ${filter.text === undefined ? sql`true` : matchesText(filter.text)} as is_match
        from ${audit}
        where ${selected ?? sql`true`}
        order by ${audit.id} desc limit ${scanned}
      ), kinds as (
        select write, kind, count(*) as count from scanned where is_match group by write, kind
      )
      select json_build_object(
        'total', (select count(*) from scanned),
        'oldest', (select min(id) from scanned),
        'groups', (
          select json_agg(g order by g.write desc) from (
            select s.write, count(*) as count, max(s.id) as newest,
              (array_agg(s.id order by s.id))[1:${FIRST_RECORDS}::int] as ids,
              coalesce(json_agg(distinct s.environment) filter (where s.environment is not null), '[]') as environments,
              json_agg(distinct s.versions) filter (where s.versions is not null) as versions,
              (select json_object_agg(k.kind, k.count) from kinds k where k.write = s.write) as kinds
            from scanned s where s.is_match group by s.write
          ) as g
        )
      ) as result`,
  );
  return { groups: found?.groups ?? [], total: found?.total ?? 0, oldest: found?.oldest ?? null };
}
