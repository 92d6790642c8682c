import { sql, type SQL } from "drizzle-orm";
import type { FlagDocument } from "../flags/document.ts";
import type { Change, FlagIndex, KeyTable } from "../flags/head.ts";
import { StoreUnavailableError } from "../ops/errors.ts";
import { buildDocument, indexRows, type FlagRow, type ReferenceRow, type SegmentRow } from "./build-document.ts";
import { changesSince, MAX_CHANGES, type OutboxRow } from "./changes.ts";
import type { StoreDatabase } from "./client.ts";
import { readJson } from "./statements.ts";

/** One snapshot of (a part of) an environment. */
export interface StoreReading {
  /** Environment version of the snapshot. */
  asOf: number;
  /** What changed in (since, asOf]; undefined: not known that far back, or since was not given. */
  changes: Change[] | undefined;
  /** Null: asked for, and does not exist in this environment. */
  flags: Map<string, FlagDocument | null>;
  /** Unrevoked SDK keys. */
  keys: KeyTable;
  /** Read with the whole environment only. */
  index: FlagIndex | undefined;
}

/** Reads documents, each call as one statement. Undefined: unknown environment. Throws StoreUnavailableError. */
export interface FlagReader {
  readFlags(environment: string, flagKeys: readonly string[], since?: number): Promise<StoreReading | undefined>;
  readEnvironment(environment: string, since?: number): Promise<StoreReading | undefined>;
}

interface SnapshotRow {
  version: number;
  changes: OutboxRow[];
  flags: FlagRow[];
  segments: SegmentRow[];
  references: ReferenceRow[];
  keys: KeyTable;
}

export function createFlagReader(db: StoreDatabase): FlagReader {
  return {
    readFlags: (environment, flagKeys, since) => readFlags(db, environment, flagKeys, since),
    readEnvironment: (environment, since) => readEnvironment(db, environment, since),
  };
}

async function readFlags(
  db: StoreDatabase,
  environment: string,
  flagKeys: readonly string[],
  since: number | undefined,
): Promise<StoreReading | undefined> {
  const snapshot = await readSnapshot(db, selectSnapshot(environment, since, flagKeys));
  if (!snapshot) return undefined;
  const rows = indexRows(snapshot.flags, snapshot.segments, snapshot.references);
  const flags = new Map<string, FlagDocument | null>();
  for (const key of flagKeys) {
    const flag = rows.flags.get(`flag:${key}`);
    flags.set(key, flag ? buildDocument(flag, rows) : null);
  }
  return { ...toReading(snapshot, since), flags, index: undefined };
}

async function readEnvironment(
  db: StoreDatabase,
  environment: string,
  since: number | undefined,
): Promise<StoreReading | undefined> {
  const snapshot = await readSnapshot(db, selectSnapshot(environment, since));
  if (!snapshot) return undefined;
  const rows = indexRows(snapshot.flags, snapshot.segments, snapshot.references);
  const flags = new Map(snapshot.flags.map((flag) => [flag.key, buildDocument(flag, rows)]));
  return { ...toReading(snapshot, since), flags, index: [...flags.keys()].sort() };
}

async function readSnapshot(db: StoreDatabase, statement: SQL): Promise<SnapshotRow | undefined> {
  try {
    const [snapshot] = await readJson<SnapshotRow>(db, statement);
    return snapshot;
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    throw new StoreUnavailableError("the store refused a reading", { cause: error });
  }
}

function toReading(snapshot: SnapshotRow, since: number | undefined) {
  return {
    asOf: snapshot.version,
    changes: changesSince(snapshot.changes, since, snapshot.version),
    keys: snapshot.keys,
  };
}

/**
 * One statement is one snapshot: version, changes, rows and keys belong together. Functions used in it must be
 * STABLE; a volatile one would see later commits.
 */
function selectSnapshot(environment: string, since: number | undefined, flagKeys?: readonly string[]): SQL {
  // Joined in where only some flags are asked for: these and whatever they name, transitively.
  const wanted = sql`
    wanted (node) as materialized (
      select reachable_nodes(${environment}, array(
        select 'flag:' || key from jsonb_array_elements_text(${JSON.stringify(flagKeys)}::jsonb) as key
      ))
    ),`;
  const joinWanted = (condition: SQL) => (flagKeys ? sql`join wanted on ${condition}` : sql``);
  return sql`
    with ${flagKeys ? wanted : sql``} target as (select key, version from environments where key = ${environment})
    select json_build_object(
      'version', target.version,
      'changes', coalesce((
        select json_agg(json_build_array(o.version, o.fields) order by o.version) from outbox o
        where o.environment = target.key and o.version > ${since ?? null}::bigint and o.version <= target.version
          and target.version - ${since ?? null}::bigint <= ${MAX_CHANGES}
      ), '[]'),
      'flags', coalesce((
        select json_agg(json_build_object(
          'key', f.key, 'kind', f.kind, 'type', f.type, 'variants', f.variants, 'clientVisible', f.client_visible,
          'metadata', f.metadata, 'version', coalesce(v.version, target.version), 'enabled', c.enabled,
          'offVariant', c.off_variant, 'default', c.default_serve, 'rules', c.rules, 'prerequisites', c.prerequisites
        ))
        from flag_configurations c
          ${joinWanted(sql`wanted.node like 'flag:%' and c.flag_key = substr(wanted.node, 6)`)}
          join flags f on f.key = c.flag_key
          left join document_versions v on v.environment = c.environment and v.kind = 'flag' and v.key = c.flag_key
        where c.environment = target.key
      ), '[]'),
      'segments', coalesce((
        select json_agg(json_build_object('key', s.key, 'condition', s.condition))
        from segments s ${joinWanted(sql`wanted.node like 'segment:%' and s.key = substr(wanted.node, 9)`)}
        where s.environment = target.key
      ), '[]'),
      'references', coalesce((
        select json_agg(json_build_array(named.node, named.refers_to))
        from (
          select r.node, array_agg(r.refers_to) as refers_to
          from document_references r ${joinWanted(sql`r.node = wanted.node`)}
          where r.environment = target.key
          group by r.node
        ) as named
      ), '[]'),
      'keys', coalesce((
        select json_object_agg(k.id, json_build_object('kind', k.kind, 'hash', k.secret_hash, 'origins', k.origins))
        from sdk_keys k where k.environment = target.key and k.revoked_at is null
      ), '{}')
    ) as result
    from target`;
}
