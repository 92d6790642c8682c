import { and, desc, eq, isNull, lt, or } from "drizzle-orm";
import type { StoreDatabase } from "./client.ts";
import { audit } from "./derived-tables.ts";
import { readRows } from "./writes/transaction.ts";

export interface AuditFilter {
  /** Selects the environment's own changes and those of definitions, which all environments share. */
  environment?: string | undefined;
  entity?: AuditRecord["entity"] | undefined;
  key?: string | undefined;
  limit: number;
  /** Selects the records older than the one with this id. */
  before?: number | undefined;
}

export type AuditRecord = typeof audit.$inferSelect;

export async function getAudit(db: StoreDatabase, id: number): Promise<AuditRecord | undefined> {
  const [found] = await readRows(db.select().from(audit).where(eq(audit.id, id)));
  return found;
}

/** Returns the newest records first. */
export async function listAudit(db: StoreDatabase, filter: AuditFilter): Promise<AuditRecord[]> {
  const { environment, entity, key, before, limit } = filter;
  const ofAllEnvironments = and(isNull(audit.environment), eq(audit.entity, "flag"));
  return await readRows(
    db
      .select()
      .from(audit)
      .where(
        and(
          environment === undefined ? undefined : or(eq(audit.environment, environment), ofAllEnvironments),
          entity === undefined ? undefined : eq(audit.entity, entity),
          key === undefined ? undefined : eq(audit.key, key),
          before === undefined ? undefined : lt(audit.id, before),
        ),
      )
      .orderBy(desc(audit.id))
      .limit(limit),
  );
}
