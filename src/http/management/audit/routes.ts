import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { postRestore, showAudit, showProjectAudit, showProjectWrites, showWrites } from "./handlers.ts";
import { auditQuery, groupQuery, restoreSchema } from "./input.ts";

const AUDIT = "/api/v1/environments/:env/audit";
const FILTERS =
  "All filters can be combined. `since` and `until` are instants of ISO 8601: changes from `since` on, and before `until`. `actor` is the name or id of an admin token, the role of an edit in SQL, or the actor as changes have it. `text` searches keys, notes and writers; a page can then have fewer changes than `limit` and still a `nextCursor`. `write` selects the changes of one write.";
const READ = { method: "get", tag: "Audit", access: "read" } as const;
const LIST = {
  ...READ,
  query: auditQuery,
  responses: { 200: { description: "A page of changes, newest first.", schema: "AuditPage" } },
} as const;
const GROUPS = {
  ...READ,
  query: groupQuery,
  responses: { 200: { description: "A page of writes, newest first.", schema: "AuditWritePage" } },
} as const;
const GROUP_TEXT =
  "A write is everything that one request or one transaction in SQL changed. Each item has the number of changes by entity and action, the environments and versions, and the first three changes in full; `write` of the other lists selects them all. `count` is the number of changes that the filters select; with `hasMore` there are more than were counted. A page can have fewer writes than `limit` and still a `nextCursor`.";

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
      ...GROUPS,
      path: "/api/v1/audit/writes",
      id: "listProjectWrites",
      summary: "List the changes in the whole project by write",
      description: `${GROUP_TEXT} ${FILTERS}`,
    },
    showProjectWrites,
  ),
  route(
    {
      ...GROUPS,
      path: `${AUDIT}/writes`,
      id: "listWrites",
      summary: "List the changes in one environment by write",
      description: `${GROUP_TEXT} ${FILTERS}`,
    },
    showWrites,
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
