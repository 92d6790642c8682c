import { mintKey } from "../../../ops/token.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { createSdkKey, type KeyRecord, listKeys, revokeKey } from "../../../store/writes/keys.ts";
import type { Services } from "../../services.ts";
import { auditName, environmentOf, type ManagementContext, pathParameter } from "../context.ts";
import type { ListQuery } from "../page.ts";
import { publishWrite } from "../publish-write.ts";
import { notFound, unknownEnvironment } from "../require.ts";
import { instantOf } from "../shape.ts";
import type { KeyBody } from "./input.ts";

export async function showKeys(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: ListQuery },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await database()];
  const [found, page] = await Promise.all([getEnvironment(db, environment), listKeys(db, environment, query)]);
  if (found === undefined) throw unknownEnvironment(environment);
  return c.json({ items: page.items.map(viewOf), nextCursor: page.nextCursor ?? null });
}

export async function postKey(
  services: Pick<Services, "database" | "publisher" | "settings">,
  c: ManagementContext,
  { body: { kind, origins, name = `${kind} key` } }: { body: KeyBody },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await services.database()];
  const { token, id, secretHash } = await mintKey(services.settings.KEY_SECRET, kind, environment);
  const options = { actor: auditName(c) };
  const result = await createSdkKey(db, environment, { id, kind, name, secretHash, origins }, options);
  const published = await publishWrite(services, c, environment, result);
  c.header("location", `/api/v1/environments/${environment}/keys/${id}`);
  return c.json({ ...published, key: { id, environment, kind, name, origins }, token }, 201);
}

export async function removeKey(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
): Promise<Response> {
  const [environment, id] = [environmentOf(c), pathParameter(c, "id")];
  if (!/^[A-Za-z0-9]{8,40}$/.test(id)) throw notFound("SDK key", id, environment);
  const result = await revokeKey(await services.database(), environment, id, { actor: auditName(c) });
  return c.json(await publishWrite(services, c, environment, result));
}

function viewOf({ id, environment, kind, name, origins, createdAt, revokedAt }: KeyRecord): object {
  const revoked = revokedAt === null ? null : instantOf(revokedAt);
  return { id, environment, kind, name, origins, createdAt: instantOf(createdAt), revokedAt: revoked };
}
