import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postRestore, showAudit, showProjectAudit } from "./handlers.ts";
import { auditQuery, restoreSchema } from "./input.ts";

const AUDIT = "/api/v1/environments/:env/audit";
const FILTERS =
  "All filters can be combined. `since` and `until` are instants of ISO 8601: changes from `since` on, and before `until`. `actor` is compared exactly: `key:<id>` for an admin token, `sql:<role>` for an edit in SQL.";
const LIST = {
  method: "get",
  tag: "Audit",
  access: "read",
  query: auditQuery,
  responses: { 200: { description: "A page of changes, newest first.", schema: "AuditPage" } },
} as const;

/** The audit: every change, with its author and the row before and after it. */
export const AUDIT_ROUTES = [
  route(
    {
      ...LIST,
      path: "/api/v1/audit",
      id: "listProjectAudit",
      summary: "List the changes in the whole project",
      description: `Includes changes of admin tokens and environments. ${FILTERS}`,
    },
    showProjectAudit,
  ),
  route(
    {
      ...LIST,
      path: AUDIT,
      id: "listAudit",
      summary: "List the changes in one environment",
      description: `Includes changes of definitions, which all environments share. ${FILTERS}`,
    },
    showAudit,
  ),
  route(
    {
      method: "post",
      path: `${AUDIT}/:id/restore`,
      tag: "Audit",
      id: "restoreFromAudit",
      summary: "Restore a resource as it was before or after a change",
      description:
        "Restores configurations, definitions and segments. The old content is validated like any other write and gets a new version. The history stays as it is. Restoring the state before a flag was deleted creates it again, with its configurations and salts in all environments that still exist, in one transaction. 409 if a flag with that key exists again.",
      access: "write",
      body: {
        schema: "Restore",
        example: { image: "before" },
        parse: (value: unknown) => parseShape(restoreSchema, value),
      },
      responses: { 200: { description: "Written. The versions by environment.", schema: "DefinitionWritten" } },
      problems: [409],
    },
    postRestore,
  ),
];
