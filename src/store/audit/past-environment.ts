/** Rebuilds all documents of an environment as they were at an instant, from the audit. */
import { sql } from "drizzle-orm";
import { type FlagRow, type Rows, rowsOf, type SegmentRow } from "../../flags/documents/build-document.ts";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";
import {
  configurationOf,
  definitionOf,
  type PastReading,
  pickedAt,
  pickVersion,
  type VersionsRow,
  versionsAround,
} from "./past-reading.ts";

type Image = Record<string, unknown>;

interface EnvironmentRow extends VersionsRow {
  configurations: Image[];
  definitions: Image[];
  segments: Image[];
  /** The first change of each document after the version: what it was before, or `null` if it did not exist. */
  undone: { entity: "configuration" | "flag" | "segment"; key: string; before: Image | null }[];
}

export type PastEnvironment =
  | { state: "known"; version: number; at: string; rows: Rows }
  | Exclude<PastReading, { state: "known" }>;

/**
 * Reads the flags and segments of an environment as they were. One statement reads those of today and the first change
 * of each document after the version. It takes as long as there are such changes, so an instant of today is quick.
 */
export async function readPastEnvironment(
  db: StoreDatabase,
  environment: string,
  at: string,
): Promise<PastEnvironment> {
  const point = { at };
  const [row] = await readJson<EnvironmentRow>(
    db,
    sql`
      with ${pickedAt(environment, point)}
      select json_build_object(
        ${versionsAround(environment, point)},
        'configurations', coalesce((
          select json_agg(to_jsonb(c)) from flag_configurations c where c.environment = ${environment}
        ), '[]'),
        'definitions', coalesce((
          select json_agg(to_jsonb(f)) from flags f
          where exists (select from flag_configurations c where c.environment = ${environment} and c.flag_key = f.key)
        ), '[]'),
        'segments', coalesce((
          select json_agg(to_jsonb(s)) from segments s where s.environment = ${environment}
        ), '[]'),
        'undone', coalesce((
          select json_agg(json_build_object('entity', u.entity, 'key', u.key, 'before', u.before)) from (
            select distinct on (a.entity, a.key) a.entity, a.key, a.before
            from audit a cross join picked
            where a.id > picked.audit_id and (
              (a.entity in ('configuration', 'segment') and a.environment = ${environment})
              or (a.entity = 'flag' and a.environment is null)
            )
            order by a.entity, a.key, a.id
          ) as u
        ), '[]')
      ) as result`,
  );
  const versions = await pickVersion(db, environment, point, row);
  return versions.state === "known" && row !== undefined
    ? { ...versions, rows: rowsAt(row, versions.version) }
    : (versions as Exclude<typeof versions, { state: "known" }>);
}

function rowsAt({ configurations, definitions, segments, undone }: EnvironmentRow, version: number): Rows {
  const byKey = (images: readonly Image[], name: string): Map<string, Image> =>
    new Map(images.map((image) => [image[name] as string, image]));
  const then = {
    configuration: byKey(configurations, "flag_key"),
    flag: byKey(definitions, "key"),
    segment: byKey(segments, "key"),
  };
  for (const { entity, key, before } of undone) {
    if (before === null) then[entity].delete(key);
    else then[entity].set(key, before);
  }
  const flags = [...then.configuration].flatMap(([key, configuration]): FlagRow[] => {
    const definition = then.flag.get(key);
    return definition === undefined
      ? []
      : [{ ...definitionOf(definition), ...configurationOf(configuration), version }];
  });
  const conditions = [...then.segment].map(([key, { condition }]): SegmentRow => ({
    key,
    condition: condition as SegmentRow["condition"],
  }));
  return rowsOf(flags, conditions);
}
