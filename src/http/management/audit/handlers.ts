import { type AuditRecord, getAudit } from "../../../store/audit/audit.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { getDefinition, getFlag } from "../../../store/lists/flags.ts";
import { imageOf } from "../../../store/row-image.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { writerOf, environmentOf, type ManagementContext, pathParameter, visibleEnvironments } from "../context.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { publishEverywhere, publishWrite } from "../publish-write.ts";
import { requireFound, unknownEnvironment } from "../require.ts";
import { type AuditPage, type Place, readChanges, readWrites } from "./audit-page.ts";
import type { AuditQuery, GroupQuery, RestoreBody } from "./input.ts";
import { restoreDeletedFlag } from "./restore-deleted.ts";
import { restoreDefinition, restoreInEnvironment } from "./restore-image.ts";

export async function showProjectAudit(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: AuditQuery },
): Promise<Response> {
  return respond(c, await readChanges(await database(), query, { visible: null }));
}

export async function showProjectWrites(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: GroupQuery },
): Promise<Response> {
  return respond(c, await readWrites(await database(), query, { visible: null }));
}

export async function showAudit(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: AuditQuery },
): Promise<Response> {
  const db = await database();
  return await respondInEnvironment(db, c, readChanges(db, query, placeOf(c)));
}

export async function showWrites(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: GroupQuery },
): Promise<Response> {
  const db = await database();
  return await respondInEnvironment(db, c, readWrites(db, query, placeOf(c)));
}

function placeOf(c: ManagementContext): Place {
  return { environment: environmentOf(c), presentOnly: isLimited(c), visible: visibleEnvironments(c) };
}

/** @throws HttpError 404 */
async function respondInEnvironment(
  db: StoreDatabase,
  c: ManagementContext,
  read: Promise<AuditPage>,
): Promise<Response> {
  const environment = environmentOf(c);
  const [found, page] = await Promise.all([getEnvironment(db, environment), read]);
  // The audit of a deleted environment stays readable.
  if (found === undefined && !page.environments.has(environment)) throw unknownEnvironment(environment);
  return respond(c, page);
}

function respond(c: ManagementContext, { items, nextCursor }: AuditPage): Response {
  return c.json({ items, nextCursor });
}

/** Restores a row as it was before or after a change: a new version with the old content. */
export async function postRestore(
  services: Pick<Services, "database" | "publisher" | "clock" | "random">,
  c: ManagementContext,
  { body }: { body: RestoreBody },
): Promise<Response> {
  const [environment, db, writer] = [environmentOf(c), await services.database(), writerOf(c)];
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
    const written = await restore(db, record, image, writer, services);
    return c.json({ environments: await publishEverywhere(services, c, written) });
  }
  const result = await restoreInEnvironment(db, environment, record, image, writer);
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

/** Whether the token is for some environments only, so that other flags' definitions are hidden from it. */
function isLimited(c: ManagementContext): boolean {
  return visibleEnvironments(c) !== null;
}
