import { InvalidInputError } from "../../../ops/errors.ts";
import { mintKey } from "../../../ops/token.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { listEnvironments } from "../../../store/writes/environments.ts";
import {
  createAdminKey,
  endToken,
  getToken,
  hasOtherWriter,
  listTokens,
  revokeToken,
  type TokenRecord,
} from "../../../store/writes/tokens.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import type { Actor } from "../actor.ts";
import { writerOf, type ManagementContext, pathParameter } from "../context.ts";
import type { ListQuery } from "../page.ts";
import { rethrowAfterWrite } from "../publish-write.ts";
import { notFound, requireFound } from "../require.ts";
import { instantOf } from "../shape.ts";
import type { TokenBody, TokenPatch } from "./input.ts";

export async function showTokens(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: ListQuery },
): Promise<Response> {
  const { items, nextCursor } = await listTokens(await database(), query);
  return c.json({ items: items.map(viewOf), nextCursor: nextCursor ?? null });
}

export async function showToken({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const id = tokenIdOf(c);
  return c.json(viewOf(await readToken(await database(), id)));
}

export async function postToken(
  { database, settings, clock }: Pick<Services, "database" | "settings" | "clock">,
  c: ManagementContext,
  { body: { role, name = `${role} token`, environments, expiresInSeconds } }: { body: TokenBody },
): Promise<Response> {
  const expiresAt = expiresInSeconds === null ? null : new Date(clock.now() + expiresInSeconds * 1000).toISOString();
  requireLifetime(c.get("actor"), expiresAt);
  const db = await database();
  if (environments !== null) await requireEnvironments(db, environments);
  const { token, id, secretHash } = await mintKey(settings.KEY_SECRET, "admin", role);
  const own = environments === null ? null : [...new Set(environments)].toSorted();
  await createAdminKey(db, { id, role, name, secretHash, environments: own, expiresAt }, writerOf(c));
  c.header("location", `/api/v1/tokens/${id}`);
  const adminToken = viewOf(requireFound(await getToken(db, id).catch(rethrowAfterWrite), "admin token", id));
  return c.json({ adminToken, token }, 201);
}

export async function removeToken({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const [id, db] = [tokenIdOf(c), await database()];
  await requireOtherWriter(db, await readToken(db, id));
  await revokeToken(db, id, writerOf(c));
  return c.json({ adminToken: viewOf(await readToken(db, id).catch(rethrowAfterWrite)) });
}

/** Lets the token expire earlier. It never gets a longer life, so nobody extends a token that another one limited. */
export async function patchToken(
  { database, clock }: Pick<Services, "database" | "clock">,
  c: ManagementContext,
  { body: { expiresInSeconds } }: { body: TokenPatch },
): Promise<Response> {
  const [id, db] = [tokenIdOf(c), await database()];
  const token = await readToken(db, id);
  if (token.revokedAt !== null) throw new HttpError(409, `admin token "${id}" is revoked, so it cannot be changed`);
  const until = clock.now() + expiresInSeconds * 1000;
  if (token.expiresAt !== null && Date.parse(token.expiresAt) < until) {
    throw new HttpError(
      409,
      `admin token "${id}" expires at ${instantOf(token.expiresAt)}, and a token never gets a longer life; create another one`,
    );
  }
  await requireOtherWriter(db, token);
  await endToken(db, id, new Date(until).toISOString(), writerOf(c));
  return c.json({ adminToken: viewOf(await readToken(db, id).catch(rethrowAfterWrite)) });
}

/** Keeps the last token that could create tokens for good. @throws HttpError 409 */
async function requireOtherWriter(
  db: StoreDatabase,
  { id, role, environments, expiresAt, revokedAt }: TokenRecord,
): Promise<void> {
  const isWriter = role === "write" && environments === null && expiresAt === null && revokedAt === null;
  if (!isWriter || (await hasOtherWriter(db, id))) return;
  throw new HttpError(
    409,
    "this is the last token that may write in all environments and never expires; create another one first, because only such a token creates tokens",
  );
}

/** A token cannot outlive itself through another one. @throws HttpError 403 */
function requireLifetime(actor: Actor, expiresAt: string | null): void {
  const own = actor.role === "server" ? null : actor.expiresAt;
  if (own === null || (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(own))) return;
  throw new HttpError(403, `the token expires at ${own}, so it can only create tokens that expire by then`);
}

/** @throws InvalidInputError */
async function requireEnvironments(db: StoreDatabase, environments: readonly string[]): Promise<void> {
  const known = new Set((await listEnvironments(db)).map(({ key }) => key));
  const errors = environments.flatMap((key, i) =>
    known.has(key) ? [] : [{ pointer: `/environments/${i}`, detail: "must be the key of an existing environment" }],
  );
  if (errors.length > 0) throw new InvalidInputError(errors);
}

async function readToken(db: StoreDatabase, id: string): Promise<TokenRecord> {
  return requireFound(await getToken(db, id), "admin token", id);
}

/** Returns the id in the route's path, without a look-up if no such token can exist. @throws HttpError 404 */
function tokenIdOf(c: ManagementContext): string {
  const id = pathParameter(c, "id");
  if (!/^[A-Za-z0-9]{8,40}$/.test(id)) throw notFound("admin token", id);
  return id;
}

function viewOf(token: TokenRecord): object {
  const { id, role, name, environments, createdAt, expiresAt, lastUsedOn, revokedAt } = token;
  const instant = (time: string | null) => (time === null ? null : instantOf(time));
  return {
    id,
    role,
    name,
    environments,
    createdAt: instantOf(createdAt),
    expiresAt: instant(expiresAt),
    lastUsedOn,
    revokedAt: instant(revokedAt),
  };
}
