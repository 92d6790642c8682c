import { sql } from "drizzle-orm";
import type { FlagConfiguration } from "../../flags/document.ts";
import type { StoreDatabase } from "../client.ts";
import type { WriteOptions } from "../inputs.ts";
import { readJson, writeFlagEverywhere, type Written } from "./transaction.ts";

/**
 * Archives the flag in every environment: it is absent, its key stays reserved, and its configurations are kept.
 * Archiving it again makes no version. @throws NotFoundError, ConflictError that names every user of the flag
 */
export async function archiveFlag(
  db: StoreDatabase,
  key: string,
  options: WriteOptions,
): Promise<Map<string, Written>> {
  return await writeFlagEverywhere(db, key, options, [db.execute(sql`select archive_flag(${key}::text)`)]);
}

/**
 * Restores an archived flag with its configurations as they were. @throws NotFoundError, ConflictError if it needs
 * another archived flag, InvalidInputError if it needs something else that no longer exists
 */
export async function restoreFlag(
  db: StoreDatabase,
  key: string,
  options: WriteOptions,
): Promise<Map<string, Written>> {
  return await writeFlagEverywhere(db, key, options, [db.execute(sql`select restore_flag(${key}::text)`)]);
}

/** Returns the kept configurations of an archived flag, by environment. There are none if it is not archived. */
export async function readArchived(db: StoreDatabase, key: string): Promise<Map<string, FlagConfiguration>> {
  const rows = await readJson<[environment: string, configuration: FlagConfiguration]>(
    db,
    sql`select json_build_array(a.environment, json_build_object('enabled', c.enabled, 'offVariant', c.off_variant,
        'default', c.default_serve, 'rules', c.rules, 'prerequisites', c.prerequisites)) as result
      from archived_configurations a
        cross join lateral jsonb_populate_record(null::flag_configurations, a.configuration) as c
      where a.flag_key = ${key} order by a.environment`,
  );
  return new Map(rows);
}
