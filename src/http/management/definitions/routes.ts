import { definitionQuery } from "./input.ts";
import { mergePatchBody } from "../merge-patch-body.ts";
import { route } from "../route.ts";
import { patchDefinition, removeDefinition, showDefinition, showDefinitions } from "./handlers.ts";

const FLAGS = "/api/v1/flags";
const FLAG = `${FLAGS}/:key`;
const IF_MATCH = {
  "If-Match":
    "The state that the caller has seen, as in `ETag`: 412 if the flag has changed since, in any environment.",
};

/** Flags across environments: the shared definition, and the configuration in each environment. */
export const DEFINITION_ROUTES = [
  route(
    {
      method: "get",
      path: FLAGS,
      tag: "Definitions",
      id: "listDefinitions",
      summary: "List the flags of the project",
      description: "Leaves out archived flags, except with `archived=true` (only those) or `archived=all`.",
      access: "read",
      query: definitionQuery,
      responses: { 200: { description: "A page of definitions, sorted by key.", schema: "DefinitionPage" } },
    },
    showDefinitions,
  ),
  route(
    {
      method: "get",
      path: FLAG,
      tag: "Definitions",
      id: "getDefinition",
      summary: "Read a flag with its state in every environment",
      access: "read",
      headers: {
        "If-None-Match": "`ETag` of an earlier response: 304 if the flag has not changed in any environment.",
      },
      responses: {
        200: {
          description: "The definition and all configurations. `ETag` changes with each of them.",
          schema: "DefinitionWithEnvironments",
        },
        304: { description: "Unchanged." },
      },
    },
    showDefinition,
  ),
  route(
    {
      method: "patch",
      path: FLAG,
      tag: "Definitions",
      id: "patchDefinition",
      summary: "Change a flag's definition in every environment",
      description:
        "A JSON merge patch (RFC 7396) of kind, type, variants, clientVisible, metadata, description, tags, owner, fallback, jsonSchema, lifetime and expiresAt. It is refused if the flag is archived, and if the configuration in any environment would become invalid. Without If-Match it applies atomically to the current state.",
      access: "write",
      headers: IF_MATCH,
      body: mergePatchBody("DefinitionPatch", { description: "The redesigned checkout", variants: { on: true } }),
      responses: { 200: { description: "Written.", schema: "DefinitionWritten" } },
      problems: [409, 412],
    },
    patchDefinition,
  ),
  route(
    {
      method: "delete",
      path: FLAG,
      tag: "Definitions",
      id: "deleteDefinition",
      summary: "Delete a flag from every environment",
      description:
        "409 while other flags or segments depend on it. The response warns if code or an environment still uses the flag.",
      access: "write",
      headers: IF_MATCH,
      responses: { 200: { description: "Deleted.", schema: "DefinitionRemoved" } },
      problems: [409, 412],
    },
    removeDefinition,
  ),
];
