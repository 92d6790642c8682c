import { ConflictError, NotFoundError } from "../../../ops/errors.ts";
import {
  createEnvironment,
  deleteEnvironment,
  type EnvironmentRecord,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { conditionalWrite } from "../conditional-write.ts";
import { writerOf, environmentOf, type ManagementContext } from "../context.ts";
import { isUnchanged, parseIfMatch, tagHeader } from "../preconditions.ts";
import { publishWrite, rethrowAfterWrite } from "../publish-write.ts";
import { requireFound } from "../require.ts";
import { instantOf } from "../shape.ts";
import type { EnvironmentBody, EnvironmentPatchBody } from "./input.ts";

export async function showEnvironments(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
): Promise<Response> {
  const environments = await listEnvironments(await database());
  const actor = c.get("actor");
  const own = actor.role === "server" ? [actor.environment] : actor.environments;
  const visible = own === null ? environments : environments.filter(({ key }) => own.includes(key));
  return c.json({ items: visible.map(viewOf), nextCursor: null });
}

export async function showEnvironment(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
): Promise<Response> {
  const key = environmentOf(c);
  const environment = requireFound(await getEnvironment(await database(), key), "environment", key);
  const headers = { ...tagHeader(environment.version), "x-flags-version": String(environment.version) };
  if (isUnchanged(c.req.raw.headers, environment.version)) return c.body(null, 304, headers);
  return c.json(viewOf(environment), 200, headers);
}

export async function postEnvironment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: { key, name = key, copyFrom } }: { body: EnvironmentBody },
): Promise<Response> {
  const db = await services.database();
  const options = writerOf(c);
  const written = await createEnvironment(db, { key, name, copyFrom }, options).catch((error: unknown) => {
    if (error instanceof ConflictError)
      throw new HttpError(409, `environment "${key}" already exists`, { cause: error });
    if (error instanceof NotFoundError && copyFrom !== undefined) throw unknownSource();
    throw error;
  });
  const published = await publishWrite(services, c, key, { ...written, reading: undefined, elsewhere: new Map() });
  c.header("location", `/api/v1/environments/${key}`);
  const environment = { key, name, version: written.version, overridesAllowed: false, requiresNote: false };
  return c.json({ ...published, environment }, 201, tagHeader(written.version));
}

export async function patchEnvironment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: patch }: { body: EnvironmentPatchBody },
): Promise<Response> {
  const [key, db] = [environmentOf(c), await services.database()];
  const result = await updateEnvironment(db, key, patch, writerOf(c));
  const published = await publishWrite(services, c, key, result);
  const stored = requireFound(await getEnvironment(db, key).catch(rethrowAfterWrite), "environment", key);
  const environment = { ...viewOf(stored), version: result.version };
  return c.json({ ...published, environment }, 200, tagHeader(result.version));
}

export async function removeEnvironment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { query }: { query: { confirm?: string | undefined } },
): Promise<Response> {
  const [key, db] = [environmentOf(c), await services.database()];
  const ifMatch = parseIfMatch(c.req.raw.headers);
  // `*` does not show which version the caller has seen.
  if ((ifMatch === undefined || ifMatch === "*") && query.confirm !== key) {
    throw new HttpError(
      428,
      "to confirm the deletion, send the environment's version in If-Match, or ?confirm=<its key>",
    );
  }
  const result = await conditionalWrite({
    conditions: { ifMatch },
    currentVersion: async () => requireFound(await getEnvironment(db, key), "environment", key).version,
    write: ({ expectedVersion }) => deleteEnvironment(db, key, { ...writerOf(c), expectedVersion }),
  });
  return c.json(await publishWrite(services, c, key, result));
}

function viewOf(environment: EnvironmentRecord): EnvironmentRecord {
  return { ...environment, createdAt: instantOf(environment.createdAt) };
}

function unknownSource(): HttpError {
  const errors = [{ pointer: "/copyFrom", detail: "must be the key of an existing environment" }];
  return new HttpError(422, "the input is not valid", { errors });
}
