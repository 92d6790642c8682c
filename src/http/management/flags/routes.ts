import { type JsonObject, mergePatchBody } from "../merge-patch-body.ts";
import { type ManagementContext, pathParameter } from "../context.ts";
import { route, type RouteSpec } from "../route.ts";
import { parseFlag } from "./flag-forms.ts";
import { patchFlag, postFlag, putFlag, removeFlag, showFlag, showFlags, updateFlag } from "./handlers.ts";
import { FLAG_EXAMPLE, flagQuery, updateQuery } from "./input.ts";

const FLAGS = "/api/v1/environments/:env/flags";
const FLAG = `${FLAGS}/:key`;
const IF_MATCH = {
  "If-Match": "The version that the caller has seen, as in `ETag`: 412 if it has changed since.",
};

const PATCH_FLAG = {
  method: "patch",
  path: FLAG,
  tag: "Flags",
  id: "patchFlag",
  summary: "Change a flag",
  description:
    "A JSON merge patch (RFC 7396): objects are merged, `null` removes a field, and any other value replaces the old one, lists included. Forms that exclude each other, such as `variant` and `rollout` in `default`, replace each other. Without If-Match it applies atomically to the current flag.",
  access: "write",
  headers: IF_MATCH,
  body: mergePatchBody("FlagPatch", { enabled: false }),
  responses: { 200: { description: "Written.", schema: "FlagWritten" } },
  problems: [409, 412],
} satisfies RouteSpec<undefined, JsonObject>;

/** Flags of one environment. */
export const FLAG_ROUTES = [
  route(
    {
      method: "get",
      path: FLAGS,
      tag: "Flags",
      id: "listFlags",
      summary: "List the flags of an environment",
      access: "read",
      query: flagQuery,
      responses: { 200: { description: "A page of flags, sorted by key.", schema: "FlagPage" } },
    },
    showFlags,
  ),
  route(
    {
      method: "post",
      path: FLAGS,
      tag: "Flags",
      id: "createFlag",
      summary: "Create a flag",
      description:
        "Creates the flag in this environment, with its definition if that is new. 409 if the environment already has the flag.",
      access: "write",
      body: { schema: "Flag", example: FLAG_EXAMPLE, parse: (value: unknown) => parseFlag(value, undefined) },
      responses: { 201: { description: "Created.", schema: "FlagWritten" } },
      problems: [409],
    },
    postFlag,
  ),
  route(
    {
      method: "get",
      path: FLAG,
      tag: "Flags",
      id: "getFlag",
      summary: "Read a flag",
      description:
        "Returns the flag as PUT accepts it, with its version. Segments and prerequisites are references, not copies.",
      access: "read",
      headers: { "If-None-Match": "`ETag` of an earlier response: 304 if the version is still the same." },
      responses: {
        200: { description: "The flag. `ETag` is its version.", schema: "Flag" },
        304: { description: "Unchanged." },
      },
    },
    showFlag,
  ),
  route(
    {
      method: "put",
      path: FLAG,
      tag: "Flags",
      id: "putFlag",
      summary: "Create or replace a flag",
      description:
        "Accepts a whole flag. Missing fields get their defaults, except for `description`, `tags`, `owner`, `fallback`, `jsonSchema`, `lifetime` and `expiresAt`, which stay as they are. Environments share the definition (kind, type, variants, …): a change of it changes the flag in all of them.",
      access: "write",
      headers: { ...IF_MATCH, "If-None-Match": "`*` only creates: 412 if the flag exists." },
      body: {
        schema: "Flag",
        example: FLAG_EXAMPLE,
        parse: (value: unknown, c: ManagementContext) => parseFlag(value, pathParameter(c, "key")),
      },
      responses: {
        200: { description: "Written.", schema: "FlagWritten" },
        201: { description: "Created, with `If-None-Match: *`.", schema: "FlagWritten" },
      },
      problems: [409, 412],
    },
    putFlag,
  ),
  route(PATCH_FLAG, patchFlag),
  route(
    {
      ...PATCH_FLAG,
      method: "post",
      path: "/flags/:key/update",
      reach: "environment",
      id: "updateFlag",
      summary: "Change a flag (short form)",
      description: "Does the same as PATCH, with the environment as a query parameter.",
      query: updateQuery,
    },
    updateFlag,
  ),
  route(
    {
      method: "delete",
      path: FLAG,
      tag: "Flags",
      id: "deleteFlag",
      summary: "Delete a flag from an environment",
      description:
        "Deletes the definition too if no other environment has the flag. 409 while other flags depend on it. The response warns if code or the environment still uses the flag.",
      access: "write",
      headers: IF_MATCH,
      responses: { 200: { description: "Deleted.", schema: "FlagRemoved" } },
      problems: [409, 412],
    },
    removeFlag,
  ),
];
