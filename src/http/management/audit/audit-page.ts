import { listAudit } from "../../../store/audit/audit.ts";
import type { AuditFilter } from "../../../store/audit/audit-filter.ts";
import { listAuditGroups } from "../../../store/audit/audit-groups.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { viewOfChange, viewOfGroup } from "./audit-view.ts";
import type { AuditQuery, GroupQuery } from "./input.ts";

export interface AuditPage {
  items: object[];
  nextCursor: string | null;
  /** The environments of the changes on the page. */
  environments: ReadonlySet<string>;
}

/** The part of the audit that a request may see. */
export interface Place extends Pick<AuditFilter, "environment" | "presentOnly"> {
  /** The environments that the caller may know; `null` for all. */
  visible: readonly string[] | null;
}

export async function readChanges(
  db: StoreDatabase,
  { cursor, ...query }: AuditQuery,
  { visible, ...place }: Place,
): Promise<AuditPage> {
  const { items, nextCursor } = await listAudit(db, { ...query, ...place, before: cursor });
  return {
    items: items.map((record) => viewOfChange(record, visible)),
    nextCursor: nextCursor ?? null,
    environments: new Set(items.flatMap(({ environment }) => environment ?? [])),
  };
}

/** Reads the changes grouped by the write that made them. */
export async function readWrites(
  db: StoreDatabase,
  query: GroupQuery,
  { visible, ...place }: Place,
): Promise<AuditPage> {
  const { groups, next } = await listAuditGroups(db, { ...query, ...place });
  return {
    items: groups.map((group) => viewOfGroup(group, visible)),
    nextCursor: next === undefined ? null : `${next.write}.${next.id}`,
    environments: new Set(groups.flatMap(({ environments }) => environments)),
  };
}
