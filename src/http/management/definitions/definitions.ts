import type { Services } from "../../services.ts";
import { type DefinitionRecord, getDefinition, listDefinitions } from "../../../store/lists/flags.ts";
import { deleteFlagDefinition } from "../../../store/writes/flags.ts";
import { auditNameOf } from "../actor.ts";
import { patchDefinition } from "./definition-patch.ts";
import { patchBody } from "../flags/flag-body.ts";
import { flagFilter } from "../flags/flags.ts";
import type { Routes } from "../operation.ts";
import { isUnchanged, requireMatch } from "../preconditions.ts";
import { readEverywhere } from "./read-everywhere.ts";
import { notFoundUnless, requireKey } from "../require.ts";
import { fields, instantOf } from "../shape.ts";
import { publishAll, retryOnConflict, tagHeader } from "../written.ts";

const FLAGS = "/api/v1/flags";
const FLAG = `${FLAGS}/:key`;
const IF_MATCH = {
  "If-Match":
    "The state that the caller has seen, as `ETag` gave it: 412 when it has changed since, in any environment.",
};

/** Flags across environments: what is shared, and how each environment configures it. */
export function addDefinitionRoutes(routes: Routes, services: Services): void {
  const tag = "Definitions";
  routes.add(
    "get",
    FLAGS,
    {
      tag,
      id: "listDefinitions",
      summary: "List the flags of the project",
      access: "read",
      query: fields(flagFilter),
      answers: { 200: { description: "A page of definitions, sorted by key.", schema: "DefinitionPage" } },
    },
    async (c, { query }) => {
      const { items, nextCursor } = await listDefinitions(await services.database(), query);
      return c.json({ items: items.map(viewOf), nextCursor: nextCursor ?? null });
    },
  );

  routes.add(
    "get",
    FLAG,
    {
      tag,
      id: "getDefinition",
      summary: "Read a flag with its state in every environment",
      access: "read",
      headers: { "If-None-Match": "304 when nothing of it has changed, in any environment." },
      answers: {
        200: {
          description: "The definition and every configuration; `ETag` changes with each of them.",
          schema: "DefinitionWithEnvironments",
        },
        304: { description: "Unchanged." },
      },
    },
    async (c) => {
      const key = requireKey(c, "flag");
      const { definition, flags } = await readEverywhere(services, key);
      const { tag: current } = definition;
      if (isUnchanged(c.req.raw.headers, current)) return c.body(null, 304, tagHeader(current));
      const environments = Object.fromEntries(
        [...flags].map(([environment, { configuration, version }]) => [environment, { ...configuration, version }]),
      );
      return c.json({ ...viewOf(definition), environments }, 200, tagHeader(current));
    },
  );

  routes.add(
    "patch",
    FLAG,
    {
      tag,
      id: "patchDefinition",
      summary: "Change a flag's definition in every environment",
      description:
        "JSON merge patch of kind, type, variants, clientVisible, metadata, description, tags and owner. Refused when a configuration of any environment would no longer be valid. Without If-Match the patch is applied to whatever the flag is by then, atomically.",
      access: "write",
      headers: IF_MATCH,
      body: patchBody("DefinitionPatch", { description: "The redesigned checkout", variants: { on: true } }),
      answers: { 200: { description: "Written.", schema: "DefinitionWritten" } },
      problems: [409, 412],
    },
    async (c, { body }) => {
      const key = requireKey(c, "flag");
      const { headers } = c.req.raw;
      const actor = auditNameOf(c.get("actor"));
      const written = await patchDefinition(services, key, { patch: body, headers, actor });
      return c.json({ environments: await publishAll(services, c, written) });
    },
  );

  routes.add(
    "delete",
    FLAG,
    {
      tag,
      id: "deleteDefinition",
      summary: "Delete a flag from every environment",
      description: "409 while other flags or segments need it.",
      access: "write",
      headers: IF_MATCH,
      answers: { 200: { description: "Deleted.", schema: "DefinitionWritten" } },
      problems: [409, 412],
    },
    async (c) => {
      const key = requireKey(c, "flag");
      const db = await services.database();
      const actor = auditNameOf(c.get("actor"));
      const { headers } = c.req.raw;
      const isConditional = headers.has("if-match");
      const written = await retryOnConflict(async () => {
        if (!isConditional) return deleteFlagDefinition(db, key, { actor });
        const { tag: current } = notFoundUnless(await getDefinition(db, key), "flag");
        requireMatch(headers, current);
        return deleteFlagDefinition(db, key, { actor, expectedDefinition: current });
      }, isConditional);
      return c.json({ environments: await publishAll(services, c, written) });
    },
  );
}

function viewOf({
  definition,
  description,
  tags,
  owner,
  createdAt,
  updatedAt,
  environments,
}: DefinitionRecord): object {
  return {
    ...definition,
    description,
    tags,
    ...(owner === null ? {} : { owner }),
    createdAt: instantOf(createdAt),
    updatedAt: instantOf(updatedAt),
    environments,
  };
}
