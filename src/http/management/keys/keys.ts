import { array, check, exactOptional, maxLength, minLength, optional, picklist, pipe, string } from "valibot";
import { InvalidInputError } from "../../../ops/errors.ts";
import { mintKey } from "../../../ops/token.ts";
import type { Services } from "../../services.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { createSdkKey, type KeyRecord, listKeys, revokeKey } from "../../../store/writes/keys.ts";
import { HttpError } from "../../errors.ts";
import { auditNameOf } from "../actor.ts";
import { pathKey } from "../context.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { pageQuery } from "../page.ts";
import { fields, instantOf, parseShape } from "../shape.ts";
import { publishWrite } from "../written.ts";

const KEYS = "/api/v1/environments/:env/keys";
const MAX_ORIGINS = 100;

const origin = pipe(
  string("must be text"),
  maxLength(255, "must not exceed 255 characters"),
  check(isOrigin, "must be an origin like https://shop.example.com, without a path"),
);

export const keySchema = fields({
  kind: picklist(["client", "server"], "must be client or server"),
  /** For people. Absent: its kind. */
  name: exactOptional(
    pipe(string("must be text"), minLength(1, "must not be empty"), maxLength(200, "must not exceed 200 characters")),
  ),
  /** Browser origins that may use it; none: any. Client keys only. */
  origins: optional(
    pipe(array(origin, "must be a list of origins"), maxLength(MAX_ORIGINS, `must not hold more than ${MAX_ORIGINS}`)),
    [],
  ),
});

/** SDK keys of one environment. */
export function addKeyRoutes(routes: Routes, services: Services): void {
  const tag = "Keys";
  routes.add(
    "get",
    KEYS,
    {
      tag,
      id: "listKeys",
      summary: "List SDK keys",
      description: "Revoked ones too. Secrets are not stored, so they cannot be shown.",
      access: "read",
      query: pageQuery("sdkKey"),
      answers: { 200: { description: "A page of keys, oldest first.", schema: "KeyList" } },
    },
    async (c, { query }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const [known, page] = await Promise.all([getEnvironment(db, environment), listKeys(db, environment, query)]);
      if (known === undefined) throw unknownEnvironment();
      return c.json({ items: page.items.map(viewOf), nextCursor: page.nextCursor ?? null });
    },
  );

  routes.add(
    "post",
    KEYS,
    {
      tag,
      id: "createKey",
      summary: "Create an SDK key",
      description:
        "The answer holds the token, once and never again. Client keys are public: they evaluate client-visible flags only, from the origins given. Server keys evaluate everything. 409 when the environment has 500 that are not revoked.",
      access: "write",
      body: {
        schema: "KeyInput",
        example: { kind: "client", name: "Web shop", origins: ["https://shop.example.com"] },
        parse: parseKey,
      },
      answers: { 201: { description: "Created.", schema: "KeyCreated" } },
      problems: [409],
    },
    async (c, { body }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const { kind, origins, name = `${kind} key` } = body;
      const { token, id, secretHash } = await mintKey(services.settings.KEY_SECRET, kind, environment);
      const options = { actor: auditNameOf(c.get("actor")) };
      const result = await createSdkKey(db, environment, { id, kind, name, secretHash, origins }, options);
      const published = await publishWrite(services, c, environment, result);
      c.header("location", `/api/v1/environments/${environment}/keys/${id}`);
      return c.json({ ...published, key: { id, environment, kind, name, origins }, token }, 201);
    },
  );

  routes.add(
    "delete",
    `${KEYS}/:id`,
    {
      tag,
      id: "revokeKey",
      summary: "Revoke an SDK key",
      description: "Travels like a change of a flag: refused everywhere within about a second.",
      access: "write",
      answers: { 200: { description: "Revoked.", schema: "Written" } },
    },
    async (c) => {
      const [environment, id] = [pathKey(c, "env"), pathKey(c, "id")];
      if (!/^[A-Za-z0-9]{8,40}$/.test(id)) throw new HttpError(404, "there is no such key here");
      const options = { actor: auditNameOf(c.get("actor")) };
      const result = await revokeKey(await services.database(), environment, id, options);
      return c.json(await publishWrite(services, c, environment, result));
    },
  );
}

function parseKey(value: unknown) {
  const key = parseShape(keySchema, value);
  if (key.kind === "server" && key.origins.length > 0) {
    throw new InvalidInputError([{ pointer: "/origins", detail: "must be left out: only client keys have origins" }]);
  }
  return key;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function viewOf({ id, environment, kind, name, origins, createdAt, revokedAt }: KeyRecord): object {
  const revoked = revokedAt === null ? null : instantOf(revokedAt);
  return { id, environment, kind, name, origins, createdAt: instantOf(createdAt), revokedAt: revoked };
}
