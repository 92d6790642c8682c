import { and, eq, gte, inArray, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { audit } from "../derived-tables.ts";

/** The number of records that one statement looks at, so that a rare text or a large write cannot hold it up. */
export const MAX_SCANNED = 20_000;

export interface AuditFilter {
  /** Selects the environment's own changes and those of definitions, which all environments share. */
  environment?: string | undefined;
  entity?: (typeof audit.$inferSelect)["entity"] | undefined;
  key?: string | undefined;
  /** The writer: its name, the id of an admin token, or the actor as the audit has it. */
  actor?: string | undefined;
  /** Selects changes from this instant on (ISO 8601). */
  since?: string | undefined;
  /** Selects changes before this instant (ISO 8601). */
  until?: string | undefined;
  /** Selects the changes of one write. */
  write?: number | undefined;
  /** Selects changes whose key, note or writer contains this text, in any case. */
  text?: string | undefined;
  /** Leaves out the definitions of flags that the environment does not have. */
  presentOnly?: boolean | undefined;
}

/** The number of the record's write. Records from before there were numbers are writes of their own. */
export const writeOf = sql<number>`coalesce(${audit.writeId}, ${audit.id})`;

/** The writer's name. Older records have none, and get the token's name of today. */
export const nameOf = sql<string>`coalesce(
  ${audit.actorName},
  (select k.name from sdk_keys k where ${audit.actor} like 'key:%' and k.id = substr(${audit.actor}, 5)),
  ${audit.actor}
)`;

/** The condition of a filter, except for its text, for which there is no index. */
export function selects({
  environment,
  entity,
  key,
  actor,
  since,
  until,
  write,
  presentOnly,
}: AuditFilter): SQL | undefined {
  const isPresent = sql`exists (
    select from flag_configurations c where c.flag_key = ${audit.key} and c.environment = ${environment}
  )`;
  const ofAllEnvironments = and(
    isNull(audit.environment),
    eq(audit.entity, "flag"),
    presentOnly === true ? isPresent : undefined,
  );
  return and(
    environment === undefined ? undefined : or(eq(audit.environment, environment), ofAllEnvironments),
    entity === undefined ? undefined : eq(audit.entity, entity),
    key === undefined ? undefined : eq(audit.key, key),
    actor === undefined ? undefined : inArray(audit.actor, actorsNamed(actor)),
    since === undefined ? undefined : gte(audit.at, since),
    until === undefined ? undefined : lt(audit.at, until),
    write === undefined ? undefined : eq(writeOf, write),
  );
}

/** Selects the actors whom a name can mean. Tokens keep their names, also when they are revoked. */
function actorsNamed(name: string): SQL {
  return sql`(
    select ${name} union select ${`key:${name}`} union select ${`sql:${name}`}
    union select 'key:' || k.id from sdk_keys k where k.environment is null and k.name = ${name}
  )`;
}

export function matchesText(text: string): SQL {
  const wanted = sql`lower(${text})`;
  return sql`(strpos(lower(${audit.key}), ${wanted}) > 0 or strpos(lower(${audit.note}), ${wanted}) > 0
    or strpos(lower(${nameOf}), ${wanted}) > 0 or strpos(lower(${audit.actor}), ${wanted}) > 0) is true`;
}
