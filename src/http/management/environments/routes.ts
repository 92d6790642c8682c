import { MERGE_PATCH_TYPES } from "../merge-patch-body.ts";
import { route } from "../route.ts";
import { parseShape } from "../shape.ts";
import { patchEnvironment, postEnvironment, removeEnvironment, showEnvironment, showEnvironments } from "./handlers.ts";
import { confirmQuery, environmentPatchSchema, environmentSchema } from "./input.ts";

const ENVIRONMENTS = "/api/v1/environments";
const ENVIRONMENT = `${ENVIRONMENTS}/:env`;

/** Environments of the project. */
export const ENVIRONMENT_ROUTES = [
  route(
    {
      method: "get",
      path: ENVIRONMENTS,
      tag: "Environments",
      id: "listEnvironments",
      summary: "List environments",
      description: "A token that is limited to some environments gets only these.",
      access: "read",
      reach: "filtered",
      responses: { 200: { description: "Every environment, sorted by key.", schema: "EnvironmentList" } },
    },
    showEnvironments,
  ),
  route(
    {
      method: "post",
      path: ENVIRONMENTS,
      tag: "Environments",
      id: "createEnvironment",
      summary: "Create an environment",
      description:
        "Creates an empty environment or, with `copyFrom`, a copy of another one's segments and flag configurations. SDK keys are never copied.",
      access: "write",
      body: {
        schema: "EnvironmentInput",
        example: { key: "staging", name: "Staging", copyFrom: "production" },
        parse: (value: unknown) => parseShape(environmentSchema, value),
      },
      responses: { 201: { description: "Created.", schema: "EnvironmentWritten" } },
      problems: [409],
    },
    postEnvironment,
  ),
  route(
    {
      method: "get",
      path: ENVIRONMENT,
      tag: "Environments",
      id: "getEnvironment",
      summary: "Read an environment",
      access: "read",
      headers: { "If-None-Match": "`ETag` of an earlier response: 304 if the version is still the same." },
      responses: {
        200: {
          description: "The environment. `ETag` is its version, which grows with every change in it.",
          schema: "Environment",
        },
        304: { description: "Unchanged." },
      },
    },
    showEnvironment,
  ),
  route(
    {
      method: "patch",
      path: ENVIRONMENT,
      tag: "Environments",
      id: "updateEnvironment",
      summary: "Rename an environment, allow or forbid overrides in it, or require notes",
      description:
        "The name is for people. The key cannot change. `overridesAllowed: false` ends all existing overrides everywhere within about a second. They do not come back if overrides are allowed again. With `requiresNote: true`, each write in the environment needs a note in `X-Change-Note` from then on.",
      access: "write",
      body: {
        schema: "EnvironmentPatch",
        mediaTypes: MERGE_PATCH_TYPES,
        example: { overridesAllowed: true },
        parse: (value: unknown) => parseShape(environmentPatchSchema, value),
      },
      responses: { 200: { description: "Changed.", schema: "EnvironmentWritten" } },
    },
    patchEnvironment,
  ),
  route(
    {
      method: "delete",
      path: ENVIRONMENT,
      reach: "project",
      tag: "Environments",
      id: "deleteEnvironment",
      summary: "Delete an environment with everything in it",
      description:
        "Deletes its configurations, segments and SDK keys too. To confirm, send its version in `If-Match`, or its key as the query parameter `confirm`. The token must be one for all environments.",
      access: "write",
      headers: { "If-Match": "The version that the caller has seen." },
      query: confirmQuery,
      responses: { 200: { description: "Deleted.", schema: "Written" } },
      problems: [409, 412, 428],
    },
    removeEnvironment,
  ),
];
