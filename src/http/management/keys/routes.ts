import { pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { postKey, removeKey, showKeys } from "./handlers.ts";
import { parseKey } from "./input.ts";

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
      description: "Revoked ones too. Secrets are not stored, so they cannot be shown.",
      access: "read",
      query: pageQuery("sdkKey"),
      responses: { 200: { description: "A page of keys, oldest first.", schema: "KeyList" } },
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
        "The answer holds the token, once and never again. Client keys are public: they evaluate client-visible flags only, from the origins given. Server keys evaluate everything. 409 when the environment has 500 that are not revoked.",
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
      method: "delete",
      path: `${KEYS}/:id`,
      tag: "Keys",
      id: "revokeKey",
      summary: "Revoke an SDK key",
      description: "Travels like a change of a flag: refused everywhere within about a second.",
      access: "write",
      responses: { 200: { description: "Revoked.", schema: "Written" } },
    },
    removeKey,
  ),
];
