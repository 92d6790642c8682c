/** The rows from which documents are built, as JSON in SQL. */
import { sql, type SQL } from "drizzle-orm";

/** A `FlagRow`, of the tables `flags f` and `flag_configurations c`. */
export function flagRowJson(version: SQL): SQL {
  return sql`json_build_object(
    'key', f.key, 'kind', f.kind, 'type', f.type, 'variants', f.variants, 'clientVisible', f.client_visible,
    'metadata', f.metadata, 'version', ${version}, 'enabled', c.enabled,
    'offVariant', c.off_variant, 'default', c.default_serve, 'rules', c.rules, 'prerequisites', c.prerequisites
  )`;
}

/** A `SegmentRow`, of the table `segments s`. */
export const SEGMENT_ROW_JSON = sql`json_build_object('key', s.key, 'condition', s.condition)`;
