import { optional, picklist } from "valibot";
import { FLAG_KINDS } from "../../../flags/document.ts";
import type { Services } from "../../services.ts";
import { getFlag, listFlags } from "../../../store/lists/flags.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { type ManagementContext, pathKey } from "../context.ts";
import { viewOfRecord } from "./flag-input.ts";
import { createFlag, patchFlag, removeFlag, replaceFlag } from "./flag-writes.ts";
import { type Operation, type Routes, unknownEnvironment } from "../operation.ts";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { isUnchanged } from "../preconditions.ts";
import { notFoundUnless, requireKey } from "../require.ts";
import { environmentKey, fields } from "../shape.ts";
import { tagHeader } from "../written.ts";
import { FLAG_EXAMPLE, flagPatchBody } from "./flag-body.ts";
import { parseFlag } from "./flag-input.ts";

const FLAGS = "/api/v1/environments/:env/flags";
const FLAG = `${FLAGS}/:key`;
const IF_MATCH = {
  "If-Match": "The version that the caller has seen, as `ETag` gave it: 412 when it has changed since.",
};

export const flagFilter = {
  search: optional(searchText),
  tag: optional(searchText),
  kind: optional(picklist(FLAG_KINDS, `must be one of ${FLAG_KINDS.join(", ")}`)),
  limit: limitOf(50, 200),
  cursor: optional(cursorOf("key")),
};

/** Flags of one environment. */
export function addFlagRoutes(routes: Routes, services: Services): void {
  const tag = "Flags";
  routes.add(
    "get",
    FLAGS,
    {
      tag,
      id: "listFlags",
      summary: "List the flags of an environment",
      access: "read",
      query: fields(flagFilter),
      answers: { 200: { description: "A page of flags, sorted by key.", schema: "FlagPage" } },
    },
    async (c, { query }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const [known, page] = await Promise.all([getEnvironment(db, environment), listFlags(db, environment, query)]);
      if (known === undefined) throw unknownEnvironment();
      c.header("x-flags-version", String(known.version));
      return c.json({ items: page.items.map(viewOfRecord), nextCursor: page.nextCursor ?? null });
    },
  );

  routes.add(
    "post",
    FLAGS,
    {
      tag,
      id: "createFlag",
      summary: "Create a flag",
      description:
        "Creates the flag in this environment, and its definition where that is new. 409 when the environment has the flag already.",
      access: "write",
      body: { schema: "Flag", example: FLAG_EXAMPLE, parse: (value) => parseFlag(value, undefined) },
      answers: { 201: { description: "Created.", schema: "FlagWritten" } },
      problems: [409],
    },
    (c, { body }) => createFlag(services, c, body),
  );

  routes.add(
    "get",
    FLAG,
    {
      tag,
      id: "getFlag",
      summary: "Read a flag",
      description: "What PUT takes, with its version; segments and prerequisites are named, not resolved.",
      access: "read",
      headers: { "If-None-Match": "304 when this is still the version." },
      answers: {
        200: { description: "The flag; `ETag` is its version.", schema: "Flag" },
        304: { description: "Unchanged." },
      },
    },
    async (c) => {
      const key = requireKey(c, "flag");
      const flag = notFoundUnless(await getFlag(await services.database(), pathKey(c, "env"), key), "flag");
      if (isUnchanged(c.req.raw.headers, flag.version)) return c.body(null, 304, tagHeader(flag.version));
      return c.json(viewOfRecord(flag), 200, tagHeader(flag.version));
    },
  );

  routes.add(
    "put",
    FLAG,
    {
      tag,
      id: "putFlag",
      summary: "Create or replace a flag",
      description:
        "Takes a whole flag. Fields left out take their defaults, but for `description`, `tags` and `owner`, which stay. The definition (kind, type, variants, …) is shared: changing it changes the flag in every environment.",
      access: "write",
      headers: { ...IF_MATCH, "If-None-Match": "`*`: only create; 412 when the flag exists." },
      body: { schema: "Flag", example: FLAG_EXAMPLE, parse: (value, c) => parseFlag(value, pathKey(c, "key")) },
      answers: {
        200: { description: "Written.", schema: "FlagWritten" },
        201: { description: "Created, with `If-None-Match: *`.", schema: "FlagWritten" },
      },
      problems: [409, 412],
    },
    (c, { body }) => replaceFlag(services, c, body),
  );

  const patch = {
    tag,
    id: "patchFlag",
    summary: "Change a flag",
    description:
      "JSON merge patch (RFC 7396): objects are merged, null removes, everything else, lists too, replaces. Without If-Match the patch is applied to whatever the flag is by then, atomically.",
    access: "write",
    headers: IF_MATCH,
    body: flagPatchBody,
    answers: { 200: { description: "Written.", schema: "FlagWritten" } },
    problems: [409, 412],
  } satisfies Operation<undefined, unknown>;
  routes.add("patch", FLAG, patch, (c, { body }) =>
    patchFlag(services, c, { environment: pathKey(c, "env"), patch: body }),
  );

  const updateQuery = fields({ environment: environmentKey });
  routes.add(
    "post",
    "/flags/:key/update",
    {
      ...patch,
      id: "updateFlag",
      summary: "Change a flag (short form)",
      description: "The PATCH above; the environment is a query parameter.",
      query: updateQuery,
    },
    (c, { query, body }) => patchFlag(services, c, { environment: query.environment, patch: body }),
  );

  routes.add(
    "delete",
    FLAG,
    {
      tag,
      id: "deleteFlag",
      summary: "Delete a flag from an environment",
      description: "With the last environment its definition goes too. 409 while other flags need it.",
      access: "write",
      headers: IF_MATCH,
      answers: { 200: { description: "Deleted.", schema: "Written" } },
      problems: [409, 412],
    },
    (c: ManagementContext) => removeFlag(services, c),
  );
}
