import { mintKey } from "../../../ops/token.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { createSdkKey, getKey, type KeyRecord, listKeys, revokeKey, updateKey } from "../../../store/writes/keys.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { writerOf, environmentOf, type ManagementContext, pathParameter } from "../context.ts";
import type { ListQuery } from "../page.ts";
import { publishWrite } from "../publish-write.ts";
import { notFound, requireFound, unknownEnvironment } from "../require.ts";
import { instantOf } from "../shape.ts";
import { type KeyBody, type KeyPatch, refuseOrigins } from "./input.ts";

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
  const options = writerOf(c);
  const result = await createSdkKey(db, environment, { id, kind, name, secretHash, origins }, options);
  const published = await publishWrite(services, c, environment, result);
  c.header("location", `/api/v1/environments/${environment}/keys/${id}`);
  return c.json({ ...published, key: { id, environment, kind, name, origins }, token }, 201);
}

export async function showKey({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  return c.json(viewOf(await readKey(await database(), c)));
}

export async function patchKey(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: patch }: { body: KeyPatch },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await services.database()];
  const key = await readKey(db, c);
  if (key.revokedAt !== null) throw new HttpError(409, `SDK key "${key.id}" is revoked, so it cannot be changed`);
  refuseOrigins(key.kind, patch.origins);
  const result = await updateKey(db, environment, key.id, patch, writerOf(c));
  const published = await publishWrite(services, c, environment, result);
  return c.json({ ...published, key: viewOf({ ...key, ...patch }) });
}

export async function removeKey(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
): Promise<Response> {
  const [environment, id] = [environmentOf(c), keyIdOf(c)];
  const result = await revokeKey(await services.database(), environment, id, writerOf(c));
  return c.json(await publishWrite(services, c, environment, result));
}

async function readKey(db: StoreDatabase, c: ManagementContext): Promise<KeyRecord> {
  const [environment, id] = [environmentOf(c), keyIdOf(c)];
  return requireFound(await getKey(db, environment, id), "SDK key", id, environment);
}

/** Returns the id in the route's path, without a look-up if no such key can exist. @throws HttpError 404 */
function keyIdOf(c: ManagementContext): string {
  const id = pathParameter(c, "id");
  if (!/^[A-Za-z0-9]{8,40}$/.test(id)) throw notFound("SDK key", id, environmentOf(c));
  return id;
}

function viewOf({ id, environment, kind, name, origins, ...times }: KeyRecord): object {
  const [createdAt, lastUsedAt, revokedAt] = [times.createdAt, times.lastUsedAt, times.revokedAt].map((time) =>
    time === null ? null : instantOf(time),
  );
  return { id, environment, kind, name, origins, createdAt, lastUsedAt, revokedAt };
}
