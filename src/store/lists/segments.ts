import { sql, type SQL } from "drizzle-orm";
import type { Condition } from "../../flags/document.ts";
import type { StoreDatabase } from "../client.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";
import { isoInstant, readJson } from "../writes/transaction.ts";

export interface SegmentRecord {
  key: string;
  name: string;
  description: string;
  condition: Condition;
  /** Version of the environment at which the segment itself last changed. */
  version: number;
  /** The flags and segments that refer to it directly, sorted by key. */
  usedBy: { flags: string[]; segments: string[] };
  createdAt: string;
  updatedAt: string;
}

/** Returns segments sorted by key, none if the environment does not exist. */
export async function listSegments(
  db: StoreDatabase,
  environment: string,
  { limit, cursor }: PageQuery,
): Promise<Page<SegmentRecord>> {
  const after = cursor === undefined ? sql`true` : sql`s.key collate "C" > ${cursor}`;
  const rows = await readJson<SegmentRecord>(db, sql`${selectSegments(environment, after)} limit ${limit + 1}`);
  return toPage(rows, limit, (segment) => segment.key);
}

export async function getSegment(
  db: StoreDatabase,
  environment: string,
  key: string,
): Promise<SegmentRecord | undefined> {
  const [found] = await readJson<SegmentRecord>(db, selectSegments(environment, sql`s.key = ${key}`));
  return found;
}

function selectSegments(environment: string, condition: SQL): SQL {
  return sql`
    select json_build_object('key', s.key, 'name', s.name, 'description', s.description, 'condition', s.condition,
      'version', v.version, 'createdAt', ${isoInstant(sql`s.created_at`)},
      'updatedAt', ${isoInstant(sql`s.updated_at`)},
      'usedBy', json_build_object(
        'flags', array(
          select substr(r.node, 6) from document_references r
          where r.environment = s.environment and r.refers_to = 'segment:' || s.key and r.node like 'flag:%'
          order by r.node collate "C"
        ),
        'segments', array(
          select substr(r.node, 9) from document_references r
          where r.environment = s.environment and r.refers_to = 'segment:' || s.key and r.node like 'segment:%'
          order by r.node collate "C"
        )
      )) as result
    from segments s
      join document_versions v on v.environment = s.environment and v.kind = 'segment' and v.key = s.key
    where s.environment = ${environment} and ${condition}
    order by s.key collate "C"`;
}
