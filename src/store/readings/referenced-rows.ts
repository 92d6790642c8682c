import { sql } from "drizzle-orm";
import { type FlagRow, type Rows, rowsOf, type SegmentRow } from "../../flags/documents/build-document.ts";
import type { StoreDatabase } from "../client.ts";
import { flagRowJson, SEGMENT_ROW_JSON } from "./row-json.ts";
import { readJson } from "../writes/transaction.ts";

interface ReferencedRow {
  version: number;
  flags: FlagRow[];
  segments: SegmentRow[];
}

/**
 * Reads the flags and segments with these nodes, and everything to which they refer, with one statement. Returns
 * `undefined` if the environment does not exist. Nodes that do not exist are missing in the rows.
 */
export async function readReferenced(
  db: StoreDatabase,
  environment: string,
  nodes: readonly string[],
): Promise<{ version: number; rows: Rows } | undefined> {
  const [row] = await readJson<ReferencedRow>(
    db,
    sql`
      with reachable (node) as materialized (
        select reachable_nodes(${environment}, array(select jsonb_array_elements_text(${JSON.stringify(nodes)}::jsonb)))
      )
      select json_build_object(
        'version', e.version,
        'flags', coalesce((
          select json_agg(${flagRowJson(sql`e.version`)})
          from flag_configurations c join flags f on f.key = c.flag_key
          where c.environment = e.key
            and c.flag_key in (select substr(node, 6) from reachable where node like 'flag:%')
        ), '[]'),
        'segments', coalesce((
          select json_agg(${SEGMENT_ROW_JSON}) from segments s
          where s.environment = e.key and s.key in (select substr(node, 9) from reachable where node like 'segment:%')
        ), '[]')
      ) as result
      from environments e where e.key = ${environment}`,
  );
  return row && { version: row.version, rows: rowsOf(row.flags, row.segments) };
}
