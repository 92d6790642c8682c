import { MERGE_PATCH_TYPES } from "../merge-patch-body.ts";
import { pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { patchToken, postToken, removeToken, showToken, showTokens } from "./handlers.ts";
import { tokenPatchSchema, tokenSchema } from "./input.ts";

const TOKENS = "/api/v1/tokens";

/** Admin tokens of the project. */
export const TOKEN_ROUTES = [
  route(
    {
      method: "get",
      path: TOKENS,
      tag: "Tokens",
      id: "listTokens",
      summary: "List admin tokens",
      description:
        "Includes revoked and expired tokens. Secrets are not stored, so the response cannot contain them. `lastUsedOn` is the day in UTC.",
      access: "read",
      query: pageQuery("sdkKey"),
      responses: { 200: { description: "A page of admin tokens, oldest first.", schema: "AdminTokenList" } },
    },
    showTokens,
  ),
  route(
    {
      method: "post",
      path: TOKENS,
      tag: "Tokens",
      id: "createToken",
      summary: "Create an admin token",
      description:
        "Only this response contains the token. The caller needs a token that may write in all environments, and cannot create one that outlives its own. `environments` limits the token to these: it then has no access to the rest of the project, and cannot change the definition of a flag that another environment has. `null` means all environments.",
      access: "write",
      body: {
        schema: "AdminTokenInput",
        example: { role: "write", name: "Staging pipeline", environments: ["staging"], expiresInSeconds: 7_776_000 },
        parse: (value: unknown) => parseShape(tokenSchema, value),
      },
      responses: { 201: { description: "Created.", schema: "AdminTokenCreated" } },
    },
    postToken,
  ),
  route(
    {
      method: "get",
      path: `${TOKENS}/:id`,
      tag: "Tokens",
      id: "getToken",
      summary: "Read an admin token",
      description: "Returns revoked tokens as well. The secret is not stored, so the response cannot contain it.",
      access: "read",
      responses: { 200: { description: "The admin token.", schema: "AdminToken" } },
    },
    showToken,
  ),
  route(
    {
      method: "patch",
      path: `${TOKENS}/:id`,
      tag: "Tokens",
      id: "updateToken",
      summary: "Let an admin token expire earlier",
      description:
        "For a rotation: create another token, and let this one work until everything uses the new one. A token never gets a longer life. 409 for a revoked token, for an expiry after the present one, and for the last token that may write in all environments and never expires.",
      access: "write",
      body: {
        schema: "AdminTokenPatch",
        mediaTypes: MERGE_PATCH_TYPES,
        example: { expiresInSeconds: 604_800 },
        parse: (value: unknown) => parseShape(tokenPatchSchema, value),
      },
      responses: { 200: { description: "Changed.", schema: "AdminTokenChanged" } },
      problems: [409],
    },
    patchToken,
  ),
  route(
    {
      method: "delete",
      path: `${TOKENS}/:id`,
      tag: "Tokens",
      id: "revokeToken",
      summary: "Revoke an admin token",
      description:
        "An isolate that has just accepted the token goes on for at most ten seconds. 409 for the last token that may write in all environments and never expires.",
      access: "write",
      responses: { 200: { description: "Revoked.", schema: "AdminTokenChanged" } },
      problems: [409],
    },
    removeToken,
  ),
];
