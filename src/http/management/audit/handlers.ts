import { type AuditRecord, getAudit, listAudit } from "../../../store/audit.ts";
import { getDefinition, getFlag } from "../../../store/lists/flags.ts";
import { imageOf } from "../../../store/row-image.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { auditName, environmentOf, type ManagementContext, pathParameter } from "../context.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { publishEverywhere, publishWrite } from "../publish-write.ts";
import { requireFound, unknownEnvironment } from "../require.ts";
import { viewOfChange } from "./audit-view.ts";
import type { AuditQuery, RestoreBody } from "./input.ts";
import { restoreDeletedFlag } from "./restore-deleted.ts";
import { restoreDefinition, restoreInEnvironment } from "./restore-image.ts";

export async function showProjectAudit(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query: { cursor, ...filter } }: { query: AuditQuery },
): Promise<Response> {
  const records = await listAudit(await database(), { ...filter, before: cursor });
  return c.json(pageOf(records, filter.limit));
}

export async function showAudit(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query: { cursor, ...filter } }: { query: AuditQuery },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await database()];
  const [found, records] = await Promise.all([
    getEnvironment(db, environment),
    listAudit(db, { ...filter, environment, before: cursor, presentOnly: isLimited(c) }),
  ]);
  // The audit of a deleted environment stays readable.
  const hasOwnRecords = records.some((record) => record.environment === environment);
  if (found === undefined && !hasOwnRecords) throw unknownEnvironment(environment);
  return c.json(pageOf(records, filter.limit));
}

/** Restores a row as it was before or after a change: a new version with the old content. */
export async function postRestore(
  services: Pick<Services, "database" | "publisher" | "clock" | "random">,
  c: ManagementContext,
  { body }: { body: RestoreBody },
): Promise<Response> {
  const [environment, db, actor] = [environmentOf(c), await services.database(), auditName(c)];
  const id = Number(pathParameter(c, "id"));
  const found = Number.isSafeInteger(id) ? await getAudit(db, id) : undefined;
  const isDefinition = found?.environment === null && found.entity === "flag";
  const isHere =
    found?.environment === environment ||
    (isDefinition && (!isLimited(c) || (await getFlag(db, environment, found.key)) !== undefined));
  const record = requireFound(isHere ? found : undefined, "change", pathParameter(c, "id"), environment);
  const image = requireImage(record, body.image);
  const isDeleted = isOfFlag(record) && (await getDefinition(db, record.key)) === undefined;
  if (isDeleted || record.entity === "flag") {
    const restore = isDeleted ? restoreDeletedFlag : restoreDefinition;
    const written = await restore(db, record, image, actor, services);
    return c.json({ environments: await publishEverywhere(services, c, written) });
  }
  const result = await restoreInEnvironment(db, environment, record, image, actor);
  const { version, published } = await publishWrite(services, c, environment, result);
  return c.json({ environments: { [environment]: { version, published } } });
}

function isOfFlag({ entity }: AuditRecord): boolean {
  return entity === "flag" || entity === "configuration";
}

/** @throws HttpError 409 if the row did not exist then */
function requireImage(record: AuditRecord, name: RestoreBody["image"]): JsonObject {
  const image = imageOf(record[name]);
  if (image !== null) return image;
  const reason = name === "before" ? "this change created it; delete it instead" : "this change deleted it";
  throw new HttpError(409, `there is nothing to restore: ${reason}`);
}

function pageOf(records: AuditRecord[], limit: number): { items: object[]; nextCursor: string | null } {
  const last = records.length === limit ? records.at(-1) : undefined;
  return { items: records.map(viewOfChange), nextCursor: last === undefined ? null : String(last.id) };
}

/** Whether the token is for some environments only, so that other flags' definitions are hidden from it. */
function isLimited(c: ManagementContext): boolean {
  const actor = c.get("actor");
  return actor.role !== "server" && actor.environments !== null;
}
