/** Rebuilds the documents of an environment as they were at an earlier version, from the audit. */
import { sql, type SQL } from "drizzle-orm";
import type { FlagConfiguration, FlagDefinition } from "../../flags/document.ts";
import { type FlagRow, rowsOf, type Rows, type SegmentRow } from "../../flags/documents/build-document.ts";
import type { StoreDatabase } from "../client.ts";
import { isoInstant, readJson } from "../writes/transaction.ts";
import { type AuditRecord, getAudit } from "./audit.ts";

/** The state to rebuild: that of a version, or the one in force at an instant (ISO 8601). */
export type PastPoint = { version: number } | { at: string };

/** A version of an environment and the instant at which it was made. */
export interface PastVersion {
  version: number;
  at: string;
}

interface VersionRow extends PastVersion {
  cause: "first" | "change" | "raise";
  auditId: number;
}

export type PastReading =
  | {
      state: "known";
      version: number;
      /** When the version was made (ISO 8601). */
      at: string;
      /** The flag and everything that it refers to. The flag is missing if the environment did not have it. */
      rows: Rows;
      /** The last change of these documents; `undefined` if the audit no longer has it. */
      change: AuditRecord | undefined;
    }
  /** The audit does not reach back that far, or the database was restored in between. `first` can be rebuilt. */
  | { state: "unknown"; reason: "old" | "lost"; first: PastVersion }
  /** The version was not made yet. */
  | { state: "future"; newest: PastVersion }
  | { state: "no environment" };

interface NodeRow {
  node: string;
  configuration: Record<string, unknown> | null;
  definition: Record<string, unknown> | null;
  segment: Record<string, unknown> | null;
  /** The id of the last change of the node. */
  changed: number | null;
}

/** The versions around a point, as `versionsAround` selects them. */
export interface VersionsRow {
  picked: VersionRow | null;
  /** The version after `picked`. */
  next: VersionRow | null;
  newest: VersionRow | null;
  oldestId: number | null;
}

interface PastRow extends VersionsRow {
  nodes: NodeRow[];
}

/**
 * Reads a flag as it was, with the flags and segments to which it referred then. One statement looks up the last change
 * of each of these documents up to the version, or the first one after it; a document that never changed since is as it
 * is today.
 */
export async function readPast(
  db: StoreDatabase,
  environment: string,
  flagKey: string,
  point: PastPoint,
): Promise<PastReading> {
  const [row] = await readJson<PastRow>(db, selectPast(environment, flagKey, point));
  const versions = await pickVersion(db, environment, point, row);
  if (versions.state !== "known") return versions;
  const nodes = row?.nodes ?? [];
  const changed = Math.max(...nodes.map((node) => node.changed ?? 0));
  const change = changed === 0 ? undefined : await getAudit(db, changed);
  return { ...versions, rows: rowsAt(nodes, versions.version), change };
}

type Unknown = Exclude<PastReading, { state: "known" }>;

/** Returns the version that was in force at the point, or why its state is not known. */
export async function pickVersion(
  db: StoreDatabase,
  environment: string,
  point: PastPoint,
  row: VersionsRow | undefined,
): Promise<({ state: "known" } & PastVersion) | Unknown> {
  if (!row?.newest) return { state: "no environment" };
  const { picked, next, newest } = row;
  if (picked === null && next === null) return { state: "future", newest };
  // A version that is missing before a raised one was given out by a database that was restored since.
  const isLost = next?.cause === "raise" && (picked === null || isPast(point, picked.at));
  if (isLost) return { state: "unknown", reason: "lost", first: next };
  // The state is rebuilt from the changes after it, so all of them must still be there.
  const isOld = picked === null || (next !== null && next.auditId < (row.oldestId ?? Infinity));
  if (isOld) return { state: "unknown", reason: "old", first: (await readFirst(db, environment)) ?? newest };
  return { state: "known", version: picked.version, at: picked.at };
}

/** Whether the point is an instant after `at`. */
function isPast(point: PastPoint, at: string): boolean {
  return "at" in point && Date.parse(point.at) > Date.parse(at);
}

/** Returns the version before the oldest change that the audit still has, or the first one of all. */
async function readFirst(db: StoreDatabase, environment: string): Promise<PastVersion | undefined> {
  const [first] = await readJson<VersionRow>(
    db,
    sql`
      select ${versionOf} as result from audit_versions v
      where v.environment = ${environment} and v.version >= coalesce((
        select max(b.version) from audit_versions b
        where b.environment = ${environment} and b.audit_id < coalesce((select min(a.id) from audit a), b.audit_id + 1)
      ), 0)
      order by v.version limit 1`,
  );
  return first;
}

function rowsAt(nodes: readonly NodeRow[], version: number): Rows {
  const flags: FlagRow[] = [];
  const segments: SegmentRow[] = [];
  for (const { node, configuration, definition, segment } of nodes) {
    const key = node.slice(node.indexOf(":") + 1);
    if (configuration !== null && definition !== null)
      flags.push({ ...definitionOf(definition), ...configurationOf(configuration), version });
    if (segment !== null) segments.push({ key, condition: segment["condition"] as SegmentRow["condition"] });
  }
  return rowsOf(flags, segments);
}

export function definitionOf(image: Record<string, unknown>): FlagDefinition {
  const { key, kind, type, variants, client_visible: clientVisible, metadata } = image;
  return { key, kind, type, variants, clientVisible, metadata } as FlagDefinition;
}

export function configurationOf(image: Record<string, unknown>): FlagConfiguration {
  const { enabled, rules, default_serve, off_variant: offVariant, prerequisites } = image;
  return { enabled, rules, default: default_serve, offVariant, prerequisites } as FlagConfiguration;
}

function selectPast(environment: string, flagKey: string, point: PastPoint): SQL {
  return sql`
    with recursive ${pickedAt(environment, point)}, past (node, configuration, definition, segment, changed) as (
      select * from (${nodesAt(environment, sql`select ${`flag:${flagKey}`}::text as node`)}) as start
      union
      select found.* from past cross join lateral (${nodesAt(
        environment,
        sql`select named as node
          from unnest(named_nodes(coalesce(past.configuration, past.segment, '{}'))) as named`,
      )}) as found
    )
    select json_build_object(
      ${versionsAround(environment, point)},
      'nodes', coalesce((select json_agg(past) from past), '[]')
    ) as result`;
}

/** The common table expression `picked`: the version of the point. */
export function pickedAt(environment: string, point: PastPoint): SQL {
  const isPicked =
    "version" in point
      ? sql`v.version = ${point.version}::bigint`
      : sql`v.at <= ${point.at}::timestamptz order by v.at desc, v.version desc limit 1`;
  return sql`picked as (select * from audit_versions v where v.environment = ${environment} and ${isPicked})`;
}

/** The members of a VersionsRow, beside the expression `picked`. */
export function versionsAround(environment: string, point: PastPoint): SQL {
  const ofEnvironment = sql`v.environment = ${environment}`;
  const asked = "version" in point ? sql`${point.version}::bigint` : sql`0`;
  return sql`'picked', (select ${versionOf} from picked v),
      'next', (select ${versionOf} from audit_versions v
        where ${ofEnvironment} and v.version > coalesce((select version from picked), ${asked})
        order by v.version limit 1),
      'newest', (select ${versionOf} from audit_versions v where ${ofEnvironment} order by v.version desc limit 1),
      'oldestId', (select min(a.id) from audit a)`;
}

const versionOf = sql`json_build_object('version', v.version, 'at', ${isoInstant(sql`v.at`)}, 'cause', v.cause,
  'auditId', v.audit_id)`;

/** Selects documents as they were at the version `picked`. @param nodes selects their nodes as `node` */
function nodesAt(environment: string, nodes: SQL): SQL {
  const key = sql`substr(n.node, position(':' in n.node) + 1)`;
  const isFlag = sql`n.node like 'flag:%'`;
  const isSegment = sql`n.node like 'segment:%'`;
  const own = sql`a.environment = ${environment}`;
  const configuration = imageAt(
    isFlag,
    sql`a.entity = 'configuration' and ${own} and a.key = ${key}`,
    sql`
    select 3, to_jsonb(c), null from flag_configurations c where c.environment = ${environment} and c.flag_key = ${key}`,
  );
  const definition = imageAt(
    isFlag,
    sql`a.entity = 'flag' and a.environment is null and a.key = ${key}`,
    sql`
    select 3, to_jsonb(f), null from flags f where f.key = ${key}`,
  );
  const segment = imageAt(
    isSegment,
    sql`a.entity = 'segment' and ${own} and a.key = ${key}`,
    sql`
    select 3, to_jsonb(s), null from segments s where s.environment = ${environment} and s.key = ${key}`,
  );
  return sql`
    select n.node, configuration.image as configuration, definition.image as definition, segment.image as segment,
      greatest(configuration.id, definition.id, segment.id) as changed
    from (${nodes}) as n cross join picked
      left join lateral ${configuration} as configuration on true
      left join lateral ${definition} as definition on true
      left join lateral ${segment} as segment on true`;
}

/** Selects one image: after the last change up to the version, else before the first one after it, else that of now. */
function imageAt(isOfKind: SQL, isOfDocument: SQL, current: SQL): SQL {
  return sql`(
    select found.image, found.id
    from (
      (select 1 as rank, a.after as image, a.id from audit a
        where ${isOfKind} and ${isOfDocument} and a.id <= picked.audit_id order by a.id desc limit 1)
      union all
      (select 2, a.before, null from audit a
        where ${isOfKind} and ${isOfDocument} and a.id > picked.audit_id order by a.id limit 1)
      union all
      (${current} and ${isOfKind})
    ) as found
    order by found.rank limit 1
  )`;
}
