import { pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { MERGE_PATCH_TYPES } from "../merge-patch-body.ts";
import { parseShape } from "../shape.ts";
import { patchKey, postKey, removeKey, showKey, showKeys } from "./handlers.ts";
import { keyPatchSchema, parseKey } from "./input.ts";

const KEYS = "/api/v1/environments/:env/keys";

/** SDK keys of one environment. */
export const KEY_ROUTES = [
  route(
    {
      method: "get",
      path: KEYS,
      tag: "Keys",
      id: "listKeys",
      summary: "List SDK keys",
      description: "Includes revoked keys. Secrets are not stored, so the response cannot contain them.",
      access: "read",
      query: pageQuery("sdkKey"),
      responses: { 200: { description: "A page of SDK keys, oldest first.", schema: "KeyList" } },
    },
    showKeys,
  ),
  route(
    {
      method: "post",
      path: KEYS,
      tag: "Keys",
      id: "createKey",
      summary: "Create an SDK key",
      description:
        "Only this response contains the token. Client keys are public: they evaluate client-visible flags from the given origins. Server keys evaluate every flag. 409 if the environment has 500 keys that are not revoked.",
      access: "write",
      body: {
        schema: "KeyInput",
        example: { kind: "client", name: "Web shop", origins: ["https://shop.example.com"] },
        parse: parseKey,
      },
      responses: { 201: { description: "Created.", schema: "KeyCreated" } },
      problems: [409],
    },
    postKey,
  ),
  route(
    {
      method: "get",
      path: `${KEYS}/:id`,
      tag: "Keys",
      id: "getKey",
      summary: "Read an SDK key",
      description: "Returns revoked keys as well. The secret is not stored, so the response cannot contain it.",
      access: "read",
      responses: { 200: { description: "The SDK key.", schema: "Key" } },
    },
    showKey,
  ),
  route(
    {
      method: "patch",
      path: `${KEYS}/:id`,
      tag: "Keys",
      id: "updateKey",
      summary: "Change the name or the origins of an SDK key",
      description:
        "The secret stays the same. New origins apply everywhere within about a second, as fast as a revocation. 409 if the key is revoked.",
      access: "write",
      body: {
        schema: "KeyPatch",
        mediaTypes: MERGE_PATCH_TYPES,
        example: { origins: ["https://shop.example.com", "http://localhost:*"] },
        parse: (value: unknown) => parseShape(keyPatchSchema, value),
      },
      responses: { 200: { description: "Changed.", schema: "KeyWritten" } },
      problems: [409],
    },
    patchKey,
  ),
  route(
    {
      method: "delete",
      path: `${KEYS}/:id`,
      tag: "Keys",
      id: "revokeKey",
      summary: "Revoke an SDK key",
      description: "The key is refused everywhere within about a second, as fast as a flag changes.",
      access: "write",
      responses: { 200: { description: "Revoked.", schema: "Written" } },
    },
    removeKey,
  ),
];
