import { sql, type SQL } from "drizzle-orm";
import type { FlagConfiguration, FlagDefinition, FlagKind, JsonValue, Lifetime } from "../../flags/document.ts";
import type { StoreDatabase } from "../client.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";
import { isoInstant, readJson } from "../writes/transaction.ts";

/** A definition with its notes. */
export interface DefinitionRecord {
  definition: FlagDefinition;
  description: string;
  tags: string[];
  owner: string | null;
  /** The value that code uses when an evaluation fails; null if nobody has said. */
  fallback: JsonValue;
  /** The JSON Schema of the variants and the fallback; null if there is none. */
  jsonSchema: Record<string, JsonValue> | null;
  lifetime: Lifetime | null;
  /** When a temporary flag is due for removal. */
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** `null` if the flag is not archived. */
  archivedAt: string | null;
  /** Environments that configure the flag, sorted; of an archived flag, those to which it comes back. */
  environments: string[];
  /** The off variant of the first of them that has one. */
  offVariant: string | null;
}

/** A definition with an entity tag that covers all its configurations and changes with each of them. */
export interface TaggedDefinition extends DefinitionRecord {
  tag: string;
}

/** A flag in one environment. Segments and prerequisites are references, not copies. */
export interface FlagRecord extends Omit<DefinitionRecord, "environments" | "offVariant" | "archivedAt"> {
  configuration: FlagConfiguration;
  /** Version of its document in this environment. */
  version: number;
}

/** A flag in a list, with the times at which it was last evaluated in the environment. */
export interface ListedFlag extends FlagRecord {
  usedAt: string | null;
  requestedAt: string | null;
  /** Whether the flag is on, by environment, if the filter asks for it. */
  enabledIn?: Record<string, boolean>;
}

export interface FlagFilter extends PageQuery {
  /** Part of the key or the description, in upper or lower case. */
  search?: string | undefined;
  tag?: string | undefined;
  kind?: FlagKind | undefined;
  lifetime?: Lifetime | undefined;
  /** Selects the flags whose expiry is reached at an instant (ISO 8601), or those whose expiry is not. */
  expiry?: { reached: boolean; at: string } | undefined;
}

export interface EnvironmentFlagFilter extends FlagFilter {
  /** The environments of which to say whether a flag is on there; `null` for all, `undefined` for none. */
  enabledIn?: readonly string[] | null | undefined;
}

export interface DefinitionFilter extends FlagFilter {
  /** Whether to list archived flags: none of them, only them, or both. The default is none. */
  archived?: "true" | "false" | "all" | undefined;
}

const definition = sql`
  'definition', json_build_object('key', f.key, 'kind', f.kind, 'type', f.type, 'variants', f.variants,
    'clientVisible', f.client_visible, 'metadata', f.metadata),
  'description', f.description, 'tags', f.tags, 'owner', f.owner, 'fallback', f.fallback,
  'lifetime', f.lifetime, 'expiresAt', ${isoInstant(sql`f.expires_at`)},
  -- An older worker can change the type and leave the schema.
  'jsonSchema', case when f.type in ('object', 'json') then f.json_schema end`;

const fieldsOfFlag = sql`${definition},
    'createdAt', ${isoInstant(sql`f.created_at`)},
    'updatedAt', ${isoInstant(sql`greatest(f.updated_at, c.updated_at)`)}, 'version', v.version,
    'configuration', json_build_object('enabled', c.enabled, 'offVariant', c.off_variant, 'default', c.default_serve,
      'rules', c.rules, 'prerequisites', c.prerequisites)`;

const flagTables = sql`
  flag_configurations c
    join flags f on f.key = c.flag_key
    join document_versions v on v.environment = c.environment and v.kind = 'flag' and v.key = c.flag_key`;

/** Returns flags sorted by key, none if the environment does not exist. */
export async function listFlags(
  db: StoreDatabase,
  environment: string,
  filter: EnvironmentFlagFilter,
): Promise<Page<ListedFlag>> {
  const rows = await readJson<ListedFlag>(
    db,
    sql`select json_build_object(${fieldsOfFlag}, 'usedAt', u.used_at, 'requestedAt', u.requested_at
        ${enabledIn(filter)}) as result
      from ${flagTables}
        left join usage_scopes s on s.environment = c.environment
        left join flag_usage u on u.scope = s.id and u.flag_key = c.flag_key
      where c.environment = ${environment} and ${matches(filter)}
      order by f.key collate "C" limit ${filter.limit + 1}`,
  );
  return toPage(rows, filter.limit, keyOf);
}

export async function getFlag(db: StoreDatabase, environment: string, key: string): Promise<FlagRecord | undefined> {
  const [found] = await readJson<FlagRecord>(
    db,
    sql`select json_build_object(${fieldsOfFlag}) as result from ${flagTables} where c.environment = ${environment} and c.flag_key = ${key}`,
  );
  return found;
}

/** Returns definitions of the project, sorted by key. */
export async function listDefinitions(db: StoreDatabase, filter: DefinitionFilter): Promise<Page<DefinitionRecord>> {
  const rows = await readJson<DefinitionRecord>(
    db,
    sql`select ${definitionRecord} as result from flags f where ${matches(filter)} and ${isListed(filter)}
      order by f.key collate "C" limit ${filter.limit + 1}`,
  );
  return toPage(rows, filter.limit, keyOf);
}

export async function getDefinition(db: StoreDatabase, key: string): Promise<TaggedDefinition | undefined> {
  const [found] = await readJson<{ definition: DefinitionRecord; tag: string }>(
    db,
    sql`select json_build_object('definition', ${definitionRecord}, 'tag', definition_tag(f.key)) as result
      from flags f where f.key = ${key}`,
  );
  return found && { ...found.definition, tag: found.tag };
}

const definitionRecord = sql`
  json_build_object(${definition}, 'createdAt', ${isoInstant(sql`f.created_at`)},
    'updatedAt', ${isoInstant(sql`f.updated_at`)}, 'archivedAt', ${isoInstant(sql`f.archived_at`)},
    'environments', array(
    select c.environment from flag_configurations c where c.flag_key = f.key
    union all
    select a.environment from archived_configurations a where a.flag_key = f.key
    order by environment
  ), 'offVariant', (
    select c.off_variant from flag_configurations c
    where c.flag_key = f.key and c.off_variant is not null order by c.environment limit 1
  ))`;

function enabledIn({ enabledIn: visible }: EnvironmentFlagFilter): SQL {
  if (visible === undefined) return sql``;
  const isVisible =
    visible === null
      ? sql`true`
      : sql`o.environment in (select jsonb_array_elements_text(${JSON.stringify(visible)}::jsonb))`;
  return sql`, 'enabledIn', (
    select json_object_agg(o.environment, o.enabled order by o.environment) from flag_configurations o
    where o.flag_key = c.flag_key and ${isVisible}
  )`;
}

function isListed({ archived = "false" }: DefinitionFilter): SQL {
  if (archived === "all") return sql`true`;
  return archived === "true" ? sql`f.archived_at is not null` : sql`f.archived_at is null`;
}

function matches({ search, tag, kind, lifetime, expiry, cursor }: FlagFilter): SQL {
  const conditions = [
    search && sql`position(lower(${search}) in lower(f.key || ' ' || f.description)) > 0`,
    tag && sql`f.tags @> array[${tag}]`,
    kind && sql`f.kind = ${kind}`,
    lifetime && sql`f.lifetime = ${lifetime}`,
    expiry && sql`coalesce(f.expires_at <= ${expiry.at}::timestamptz, false) = ${expiry.reached}::boolean`,
    cursor && sql`f.key collate "C" > ${cursor}`,
  ].filter((condition) => condition !== undefined && condition !== "");
  return sql.join([sql`true`, ...conditions], sql` and `);
}

function keyOf({ definition: { key } }: { definition: FlagDefinition }): string {
  return key;
}
