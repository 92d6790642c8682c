import { sql, type SQL } from "drizzle-orm";
import type { FlagDocument } from "../../flags/document.ts";
import { MAX_CHANGES, MAX_OLDER_CHANGES } from "../../flags/changes.ts";
import type { Reading } from "../../flags/reading.ts";
import type { KeyTable } from "../../flags/sdk-keys.ts";
import {
  buildDocument,
  indexRows,
  type FlagRow,
  type ReferenceRow,
  type SegmentRow,
} from "../../flags/documents/build-document.ts";
import { flagRowJson, SEGMENT_ROW_JSON } from "./row-json.ts";
import { changesSince, type OutboxRow } from "../outbox-rows.ts";

/**
 * The size of a list of more than MAX_CHANGES changes at most, as JSON (bytes). A fill of Redis carries the list beside
 * documents, and the smallest plan of Upstash accepts requests of 1 MB.
 */
const MAX_CHANGES_BYTES = 150_000;
/** A write returns the documents that it changed if they are at most this many. */
const MAX_WRITTEN_THROUGH = 20;

export interface ReadingRow {
  version: number;
  tag: string | null;
  /** The flag keys that were asked for; `null` if all were. */
  requested: string[] | null;
  /** From the reader's version on, if it is not too far back; the last ones if the reader knows no version. */
  changes: OutboxRow[];
  flags: FlagRow[];
  segments: SegmentRow[];
  references: ReferenceRow[];
  keys: KeyTable;
  index: string[] | null;
  hidden: string[] | null;
}

/** Builds the self-contained documents of a reading. */
export function toReading(row: ReadingRow, since: number | undefined): Reading {
  const rows = indexRows(row.flags, row.segments, row.references);
  const flags = new Map<string, FlagDocument | null>();
  const texts = new Map<string, string>();
  for (const key of row.requested ?? row.flags.map((flag) => flag.key)) {
    const flag = rows.flags.get(`flag:${key}`);
    const document = flag ? buildDocument(flag, rows) : null;
    flags.set(key, document);
    if (document !== null) texts.set(key, JSON.stringify(document));
  }
  return {
    asOf: row.version,
    tag: row.tag ?? undefined,
    changes: changesSince(row.changes, since, row.version),
    flags,
    texts,
    keys: row.keys,
    index: row.index?.sort(),
    hidden: row.hidden ?? undefined,
  };
}

/** The flags that a reading contains: the first ones by key, with the index, or those with the given keys. */
export type Requested = { first: number } | { keys: readonly string[] };

/**
 * Selects some flags of an environment, or all of them with the index. The index also comes if one of the flags does
 * not exist: a reader that has it need not ask about the next name that somebody makes up. With it come the keys of
 * hidden flags, so that a reader need not ask about those either, which would tell them from made-up names.
 */
export function selectReading(environment: string, since: number | undefined, wanted?: Requested): SQL {
  const changes = selectChanges(since);
  if (!wanted) return selectRows({ environment, changes, hasIndex: sql`true` });
  if ("first" in wanted) {
    const ofEnvironment = sql`from flag_configurations where environment = ${environment}`;
    const requested = sql`select
      array(select flag_key ${ofEnvironment} order by flag_key limit ${wanted.first}) as flag_keys,
      (select count(*) ${ofEnvironment}) > ${wanted.first} as is_large`;
    return selectRows({ environment, changes, requested, sources: FIRST_ROWS, hasIndex: sql`true` });
  }
  const keys = JSON.stringify(wanted.keys);
  const requested = sql`select array(select jsonb_array_elements_text(${keys}::jsonb)) as flag_keys`;
  const hasIndex = sql`exists (
        select from unnest(requested.flag_keys) as asked (key) where not exists (
          select from flag_configurations c where c.environment = target.key and c.flag_key = asked.key
        )
      )`;
  return selectRows({ environment, changes, requested, hasIndex });
}

/**
 * Selects the changes from the reader's version on. A reader that knows none gets the last ones, because it stores what
 * it reads in Redis, whose head may be a few versions behind and would otherwise start over.
 */
function selectChanges(since: number | undefined): SQL {
  const from = since === undefined ? sql`target.version - ${MAX_CHANGES}` : sql`${since}::bigint`;
  const maxCount = since === undefined ? 0 : MAX_CHANGES + 1;
  return sql`coalesce((
        select case when listed.count <= ${maxCount} or octet_length(listed.changes::text) <= ${MAX_CHANGES_BYTES}
          then listed.changes end
        from (
          select count(*), json_agg(json_build_array(o.version, o.fields, o.tag) order by o.version) as changes
          from outbox o
          where o.environment = target.key and o.version >= ${from} and o.version <= target.version
            and target.version - ${from} <= ${MAX_OLDER_CHANGES}
        ) as listed
      ), '[]')`;
}

/**
 * Selects the documents that this transaction has changed in an environment, as its last statement. Selects no row if
 * there are none, or too many. The environment's row is locked, so the result cannot contain another writer's change.
 */
export function selectWrittenReading(environment: string): SQL {
  const requested = sql`
    select array(select field from unnest(o.fields) as field where field not like '@%') as flag_keys, o.fields
    from environments e join outbox o on o.environment = e.key and o.version = e.version
    where e.key = ${environment} and e.bumped_by = pg_current_xact_id_if_assigned()
      and cardinality(o.fields) <= ${MAX_WRITTEN_THROUGH}`;
  return selectRows({
    environment,
    changes: sql`'[]'::json`,
    requested,
    hasIndex: sql`'@index' = any (requested.fields)`,
  });
}

/** When the environment began to allow signed overrides (ms since epoch); `null` if it does not allow them. */
export const overridesSince: SQL<number | null> = sql`floor(extract(epoch from overrides_allowed_at) * 1000)::float8`;

interface ReadingQuery {
  environment: string;
  changes: SQL;
  /** Selects one row with the array `flag_keys`. Without it, all flags are read. */
  requested?: SQL;
  /** Default: those of some flags, or of the whole environment without `requested`. */
  sources?: RowSources;
  hasIndex: SQL;
}

/** The FROM clauses of a reading. */
interface RowSources {
  configurations: SQL;
  segments: SQL;
  references: SQL;
}

/** The sources of a whole environment. */
const ALL_ROWS: RowSources = {
  configurations: sql`flag_configurations c`,
  segments: sql`segments s`,
  references: sql`
      select r.node, array_agg(r.refers_to) as refers_to from document_references r
      where r.environment = target.key group by r.node`,
};

/**
 * The sources of some flags. LIMIT makes each join a look-up by primary key: without it, Postgres takes tables that
 * were never analysed for tiny ones.
 */
const REACHABLE_ROWS: RowSources = {
  configurations: sql`reachable cross join lateral (
        select * from flag_configurations c
        where reachable.node like 'flag:%' and c.environment = target.key and c.flag_key = substr(reachable.node, 6)
        limit 1
      ) as c`,
  segments: sql`reachable cross join lateral (
        select * from segments s
        where reachable.node like 'segment:%' and s.environment = target.key and s.key = substr(reachable.node, 9)
        limit 1
      ) as s`,
  references: sql`
      select reachable.node, array(
        select r.refers_to from document_references r where r.environment = target.key and r.node = reachable.node
      ) as refers_to from reachable`,
};

/**
 * The sources of the first flags of an environment. They scan it, because looking each row up takes half as long again.
 * If all of its flags are requested, nothing asks for `reachable`, so Postgres does not compute it.
 */
const FIRST_ROWS: RowSources = {
  configurations: sql`(
        select * from flag_configurations
        where not (select is_large from requested) or 'flag:' || flag_key in (select node from reachable)
      ) as c`,
  segments: sql`(
        select * from segments
        where not (select is_large from requested) or 'segment:' || key in (select node from reachable)
      ) as s`,
  references: sql`
      select r.node, array_agg(r.refers_to) as refers_to from document_references r
      where r.environment = target.key
        and (not (select is_large from requested) or r.node in (select node from reachable))
      group by r.node`,
};

/**
 * Selects version, changes, documents and keys in one statement, which sees one snapshot of the database. Functions in
 * it must be STABLE, because a volatile one would see later commits.
 */
function selectRows({
  environment,
  changes,
  requested,
  sources = requested ? REACHABLE_ROWS : ALL_ROWS,
  hasIndex,
}: ReadingQuery): SQL {
  // The flags that were asked for, with the flags and segments on which they depend, transitively.
  const nodes = sql`
    requested as materialized (${requested ?? sql``}),
    reachable (node) as materialized (
      select reachable_nodes(
        ${environment}, array(select 'flag:' || key from requested, unnest(requested.flag_keys) as key)
      )
    ),`;
  const { configurations, segments, references } = sources;
  return sql`
    with ${requested ? nodes : sql``} target as (
      select key, version, version_tag, ${overridesSince} as overrides_since from environments where key = ${environment}
    )
    select json_build_object(
      'version', target.version,
      'tag', target.version_tag,
      'requested', ${requested ? sql`requested.flag_keys` : sql`null`},
      'changes', ${changes},
      'flags', coalesce((
        select json_agg(${flagRowJson(sql`coalesce((
          select v.version from document_versions v
          where v.environment = c.environment and v.kind = 'flag' and v.key = c.flag_key
        ), target.version)`)})
        from ${configurations} join flags f on f.key = c.flag_key
        where c.environment = target.key
      ), '[]'),
      'segments', coalesce((
        select json_agg(${SEGMENT_ROW_JSON})
        from ${segments}
        where s.environment = target.key
      ), '[]'),
      'references', coalesce((
        select json_agg(json_build_array(r.node, r.refers_to))
        from (${references}
        ) as r
      ), '[]'),
      'keys', coalesce((
        select json_object_agg(k.id, json_strip_nulls(json_build_object(
          'kind', k.kind, 'hash', k.secret_hash, 'origins', k.origins, 'overridesSince', target.overrides_since
        )))
        from sdk_keys k where k.environment = target.key and k.revoked_at is null
      ), '{}'),
      'index', case when ${hasIndex} then array(
        select c.flag_key from flag_configurations c where c.environment = target.key
      ) end,
      'hidden', ${
        requested === undefined
          ? sql`null`
          : sql`case when ${hasIndex} then array(
        select c.flag_key from flag_configurations c join flags f on f.key = c.flag_key
        where c.environment = target.key and not f.client_visible
      ) end`
      }
    ) as result
    from target ${requested ? sql`cross join requested` : sql``}`;
}
