import { and, desc, eq, gte, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { StoreDatabase } from "./client.ts";
import { audit } from "./derived-tables.ts";
import { readRows } from "./writes/transaction.ts";

export interface AuditFilter {
  /** Selects the environment's own changes and those of definitions, which all environments share. */
  environment?: string | undefined;
  entity?: AuditRecord["entity"] | undefined;
  key?: string | undefined;
  /** The writer, as the audit names it. */
  actor?: string | undefined;
  /** Selects changes from this instant on (ISO 8601). */
  since?: string | undefined;
  /** Selects changes before this instant (ISO 8601). */
  until?: string | undefined;
  limit: number;
  /** Selects the records older than the one with this id. */
  before?: number | undefined;
  /** Leaves out the definitions of flags that the environment does not have. */
  presentOnly?: boolean | undefined;
}

export type AuditRecord = typeof audit.$inferSelect;

export async function getAudit(db: StoreDatabase, id: number): Promise<AuditRecord | undefined> {
  const [found] = await readRows(db.select().from(audit).where(eq(audit.id, id)));
  return found;
}

/** Returns the newest records first. */
export async function listAudit(db: StoreDatabase, filter: AuditFilter): Promise<AuditRecord[]> {
  const { environment, entity, key, actor, since, until, before, limit } = filter;
  const isPresent = sql`exists (
    select from flag_configurations c where c.flag_key = ${audit.key} and c.environment = ${environment}
  )`;
  const ofAllEnvironments = and(
    isNull(audit.environment),
    eq(audit.entity, "flag"),
    filter.presentOnly === true ? isPresent : undefined,
  );
  return await readRows(
    db
      .select()
      .from(audit)
      .where(
        and(
          environment === undefined ? undefined : or(eq(audit.environment, environment), ofAllEnvironments),
          entity === undefined ? undefined : eq(audit.entity, entity),
          key === undefined ? undefined : eq(audit.key, key),
          actor === undefined ? undefined : eq(audit.actor, actor),
          since === undefined ? undefined : gte(audit.at, since),
          until === undefined ? undefined : lt(audit.at, until),
          before === undefined ? undefined : lt(audit.id, before),
        ),
      )
      .orderBy(desc(audit.id))
      .limit(limit),
  );
}

/**
 * The deletion of a flag's definition, with the configurations that the same transaction deleted. Those of an archived
 * flag were deleted when it was archived.
 */
export interface FlagDeletion {
  definition: AuditRecord;
  configurations: AuditRecord[];
}

/** Returns the last deletion of the flag's definition, or `undefined` if the audit has none. */
export async function getFlagDeletion(db: StoreDatabase, key: string): Promise<FlagDeletion | undefined> {
  const last = (time: string) => sql`select ${sql.raw(time)} from audit last
    where last.entity = 'flag' and last.key = ${key} and last.action = 'delete' order by last.id desc limit 1`;
  const records = await readRows(
    db
      .select()
      .from(audit)
      .where(
        and(
          eq(audit.key, key),
          inArray(audit.entity, ["flag", "configuration"]),
          eq(audit.action, "delete"),
          // All rows of one transaction have its time, and a flag has the time of the one that archived it.
          or(
            and(eq(audit.entity, "flag"), sql`${audit.at} = (${last("at")})`),
            and(
              eq(audit.entity, "configuration"),
              sql`${audit.at} = (${last(`coalesce((last.before ->> 'archived_at')::timestamptz, last.at)`)})`,
            ),
          ),
        ),
      )
      .orderBy(desc(audit.id)),
  );
  const definition = records.find(({ entity }) => entity === "flag");
  return definition && { definition, configurations: records.filter(({ entity }) => entity === "configuration") };
}
