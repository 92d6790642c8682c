import { optional, picklist, pipe, transform } from "valibot";
import type { Services } from "../../services.ts";
import { type AuditRecord, listAudit } from "../../../store/audit.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { viewOfChange } from "./audit-view.ts";
import { pathKey } from "../context.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { fields } from "../shape.ts";

const ENTITIES = ["flag", "configuration", "segment", "key", "environment"] as const;

const auditQuery = fields({
  entity: optional(picklist(ENTITIES, `must be one of ${ENTITIES.join(", ")}`)),
  key: optional(searchText),
  limit: limitOf(50, 200),
  cursor: optional(pipe(cursorOf("id"), transform(Number))),
});

/** Who changed what, before and after. */
export function addAuditRoutes(routes: Routes, services: Services): void {
  const operation = {
    tag: "Audit",
    access: "read",
    query: auditQuery,
    answers: { 200: { description: "A page of changes, newest first.", schema: "AuditPage" } },
  } as const;

  routes.add(
    "get",
    "/api/v1/audit",
    {
      ...operation,
      id: "listProjectAudit",
      summary: "Changes in the whole project",
      description: "Admin tokens and environments too.",
    },
    async (c, { query }) => {
      const { cursor, ...filter } = query;
      const records = await listAudit(await services.database(), { ...filter, before: cursor });
      return c.json(pageOf(records, query.limit));
    },
  );

  routes.add(
    "get",
    "/api/v1/environments/:env/audit",
    {
      ...operation,
      id: "listAudit",
      summary: "Changes in one environment",
      description: "With those of definitions, which all environments share.",
    },
    async (c, { query }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const { cursor, ...filter } = query;
      const [known, records] = await Promise.all([
        getEnvironment(db, environment),
        listAudit(db, { ...filter, environment, before: cursor }),
      ]);
      // What a deleted environment went through can still be read.
      if (known === undefined && !records.some((record) => record.environment === environment))
        throw unknownEnvironment();
      return c.json(pageOf(records, query.limit));
    },
  );
}

function pageOf(records: AuditRecord[], limit: number): { items: object[]; nextCursor: string | null } {
  const last = records.length === limit ? records.at(-1) : undefined;
  return { items: records.map(viewOfChange), nextCursor: last === undefined ? null : String(last.id) };
}
