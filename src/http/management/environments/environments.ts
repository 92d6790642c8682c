import { boolean, check, exactOptional, maxLength, minLength, optional, pipe, string } from "valibot";
import { ConflictError, NotFoundError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import {
  createEnvironment,
  deleteEnvironment,
  type EnvironmentRecord,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from "../../../store/writes/environments.ts";
import { HttpError } from "../../errors.ts";
import { auditNameOf } from "../actor.ts";
import { pathKey } from "../context.ts";
import { MERGE_PATCH_TYPES } from "../flags/flag-body.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { isUnchanged, parseIfMatch } from "../preconditions.ts";
import { environmentKey, fields, instantOf, parseShape } from "../shape.ts";
import { publishWrite, tagHeader, writeUnder } from "../written.ts";

const ENVIRONMENTS = "/api/v1/environments";
const ENVIRONMENT = `${ENVIRONMENTS}/:env`;

const nameText = pipe(
  string("must be text"),
  minLength(1, "must not be empty"),
  maxLength(200, "must not exceed 200 characters"),
);

export const environmentSchema = fields({
  key: environmentKey,
  /** Absent: the key. */
  name: exactOptional(nameText),
  /** An environment whose segments and configurations are copied; keys never are. */
  copyFrom: exactOptional(environmentKey),
});

export const environmentPatchSchema = pipe(
  fields({
    name: exactOptional(nameText),
    /** Whether signed overrides count. */
    overridesAllowed: exactOptional(boolean("must be true or false")),
  }),
  check((patch) => Object.keys(patch).length > 0, "must hold name or overridesAllowed"),
);

/** Environments of the project. */
export function addEnvironmentRoutes(routes: Routes, services: Services): void {
  const tag = "Environments";
  routes.add(
    "get",
    ENVIRONMENTS,
    {
      tag,
      id: "listEnvironments",
      summary: "List environments",
      access: "read",
      answers: { 200: { description: "Every environment, sorted by key.", schema: "EnvironmentList" } },
    },
    async (c) => c.json({ items: (await listEnvironments(await services.database())).map(viewOf), nextCursor: null }),
  );

  routes.add(
    "post",
    ENVIRONMENTS,
    {
      tag,
      id: "createEnvironment",
      summary: "Create an environment",
      description: "Empty, or with the segments and flag configurations of another one. SDK keys are never copied.",
      access: "write",
      body: {
        schema: "EnvironmentInput",
        example: { key: "staging", name: "Staging", copyFrom: "production" },
        parse: (value) => parseShape(environmentSchema, value),
      },
      answers: { 201: { description: "Created.", schema: "EnvironmentWritten" } },
      problems: [409],
    },
    async (c, { body }) => {
      const db = await services.database();
      const { key, name = key, copyFrom } = body;
      const options = { actor: auditNameOf(c.get("actor")) };
      const written = await createEnvironment(db, { key, name, copyFrom }, options).catch((error: unknown) => {
        if (error instanceof ConflictError)
          throw new HttpError(409, "the environment exists already", { cause: error });
        if (error instanceof NotFoundError && copyFrom !== undefined) throw unknownSource();
        throw error;
      });
      const published = await publishWrite(services, c, key, { ...written, reading: undefined, elsewhere: new Map() });
      c.header("location", `${ENVIRONMENTS}/${key}`);
      const environment = { key, name, version: written.version, overridesAllowed: false };
      return c.json({ ...published, environment }, 201, tagHeader(written.version));
    },
  );

  routes.add(
    "get",
    ENVIRONMENT,
    {
      tag,
      id: "getEnvironment",
      summary: "Read an environment",
      access: "read",
      headers: { "If-None-Match": "304 when this is still the version." },
      answers: {
        200: {
          description: "The environment; `ETag` is its version, which every change of anything in it raises.",
          schema: "Environment",
        },
        304: { description: "Unchanged." },
      },
    },
    async (c) => {
      const environment = await getEnvironment(await services.database(), pathKey(c, "env"));
      if (environment === undefined) throw unknownEnvironment();
      const headers = { ...tagHeader(environment.version), "x-flags-version": String(environment.version) };
      if (isUnchanged(c.req.raw.headers, environment.version)) return c.body(null, 304, headers);
      return c.json(viewOf(environment), 200, headers);
    },
  );

  routes.add(
    "patch",
    ENVIRONMENT,
    {
      tag,
      id: "updateEnvironment",
      summary: "Rename an environment, allow or forbid overrides in it",
      description:
        "The name is for people; the key cannot be changed. `overridesAllowed: false` ends every override that was made, everywhere within about a second, and allowing them again brings none of them back.",
      access: "write",
      body: {
        schema: "EnvironmentPatch",
        mediaTypes: MERGE_PATCH_TYPES,
        example: { overridesAllowed: true },
        parse: (value) => parseShape(environmentPatchSchema, value),
      },
      answers: { 200: { description: "Changed.", schema: "EnvironmentWritten" } },
    },
    async (c, { body }) => {
      const [key, db] = [pathKey(c, "env"), await services.database()];
      const result = await updateEnvironment(db, key, body, { actor: auditNameOf(c.get("actor")) });
      const published = await publishWrite(services, c, key, result);
      const found = await getEnvironment(db, key);
      if (found === undefined) throw unknownEnvironment();
      const environment = { ...viewOf(found), version: result.version };
      return c.json({ ...published, environment }, 200, tagHeader(result.version));
    },
  );

  routes.add(
    "delete",
    ENVIRONMENT,
    {
      tag,
      id: "deleteEnvironment",
      summary: "Delete an environment with everything in it",
      description:
        "Its configurations, segments and keys go. To show that it is meant: `If-Match` with its version, or `confirm` with its key.",
      access: "write",
      headers: { "If-Match": "The version that the caller has seen." },
      query: fields({ confirm: optional(string("must be given once")) }),
      answers: { 200: { description: "Deleted.", schema: "Written" } },
      problems: [409, 412, 428],
    },
    async (c, { query }) => {
      const [key, db] = [pathKey(c, "env"), await services.database()];
      const ifMatch = parseIfMatch(c.req.raw.headers);
      // `*` says nothing of what the caller has seen.
      if ((ifMatch === undefined || ifMatch === "*") && query.confirm !== key) {
        throw new HttpError(428, "deleting an environment takes If-Match with its version, or ?confirm=<its key>");
      }
      const actor = auditNameOf(c.get("actor"));
      const currentVersion = async () => {
        const current = await getEnvironment(db, key);
        if (current === undefined) throw unknownEnvironment();
        return current.version;
      };
      const result = await writeUnder(ifMatch, currentVersion, ({ expectedVersion }) =>
        deleteEnvironment(db, key, { actor, expectedVersion }),
      );
      return c.json(await publishWrite(services, c, key, result));
    },
  );
}

function viewOf(environment: EnvironmentRecord): EnvironmentRecord {
  return { ...environment, createdAt: instantOf(environment.createdAt) };
}

function unknownSource(): HttpError {
  const errors = [{ pointer: "/copyFrom", detail: "must be the key of an environment that exists" }];
  return new HttpError(422, "the input is not valid", { errors });
}
