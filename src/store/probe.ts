import { sql } from "drizzle-orm";
import type { StoreDatabase } from "./client.ts";
import { readJson } from "./writes/transaction.ts";

/** The tables that every write needs. */
const WRITTEN_TABLES = [
  "environments",
  "flags",
  "flag_configurations",
  "segments",
  "sdk_keys",
  "outbox",
  "audit",
  "audit_versions",
];

/** Whether the store would accept a write, as far as it can tell without one. */
export interface StoreProbe {
  /** The reason why writes fail; `undefined` if none is known. */
  writesRefused: string | undefined;
}

/** Reads a table and the right to write, in one statement. A full disk shows only when something is written. */
export async function probeStore(db: StoreDatabase): Promise<StoreProbe> {
  const [found] = await readJson<{ isReadOnly: boolean; missing: string[] | null }>(
    db,
    sql`select json_build_object(
      'isReadOnly', current_setting('transaction_read_only')::boolean,
      'missing', (
        select json_agg(t.name) from json_array_elements_text(${JSON.stringify(WRITTEN_TABLES)}::json) as t (name)
        where not has_table_privilege(t.name, 'insert')
      ),
      'environments', (select count(*) from (select from environments limit 1) as one)
    ) as result`,
  );
  if (found?.isReadOnly) return { writesRefused: "the database is read-only" };
  const missing = found?.missing ?? [];
  const writesRefused =
    missing.length === 0 ? undefined : `the worker's database role may not write to ${missing.join(", ")}`;
  return { writesRefused };
}
