import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postRestore, showAudit, showProjectAudit } from "./handlers.ts";
import { auditQuery, restoreSchema } from "./input.ts";

const AUDIT = "/api/v1/environments/:env/audit";
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
      summary: "Changes in the whole project",
      description: "Admin tokens and environments too.",
    },
    showProjectAudit,
  ),
  route(
    {
      ...LIST,
      path: AUDIT,
      id: "listAudit",
      summary: "Changes in one environment",
      description: "With those of definitions, which all environments share.",
    },
    showAudit,
  ),
  route(
    {
      method: "post",
      path: `${AUDIT}/:id/restore`,
      tag: "Audit",
      id: "restoreFromAudit",
      summary: "Make something what it was before or after a change",
      description:
        "Of configurations, definitions and segments. What is restored is checked like any other write and gets a new version; history stays as it is.",
      access: "write",
      body: {
        schema: "Restore",
        example: { image: "before" },
        parse: (value: unknown) => parseShape(restoreSchema, value),
      },
      responses: { 200: { description: "Written, by environment.", schema: "DefinitionWritten" } },
      problems: [409],
    },
    postRestore,
  ),
];
