import { type DefinitionRecord, listDefinitions } from "../../../store/lists/flags.ts";
import { readArchived } from "../../../store/writes/archive.ts";
import { deleteFlagDefinition } from "../../../store/writes/flags.ts";
import type { Services } from "../../services.ts";
import { writerOf, type ManagementContext } from "../context.ts";
import { notesOf } from "../flags/flag-forms.ts";
import { filterOf } from "../flags/input.ts";
import { pageInState, withStates } from "../lifecycle/states.ts";
import { readUse } from "../lifecycle/warnings.ts";
import type { DefinitionQuery } from "./input.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { isUnchanged, tagHeader } from "../preconditions.ts";
import { publishEverywhere } from "../publish-write.ts";
import { requireKey } from "../require.ts";
import { instantOf } from "../shape.ts";
import { changeDefinition } from "./change-definition.ts";
import { readEverywhere } from "./read-everywhere.ts";
import { writeDefinition } from "./write-definition.ts";

export async function showDefinitions(
  { database, clock }: Pick<Services, "database" | "clock">,
  c: ManagementContext,
  { query }: { query: DefinitionQuery },
): Promise<Response> {
  const [db, now] = [await database(), clock.now()];
  const archived = query.state === "archived" ? "true" : query.archived;
  const filter = { ...filterOf(query, now), archived };
  const { items, nextCursor } = await pageInState(
    query,
    (page) => listDefinitions(db, { ...filter, ...page }),
    (records) => withStates(db, records, now),
  );
  const views = items.map((record) => ({ ...viewOf(record), state: record.state }));
  return c.json({ items: views, nextCursor: nextCursor ?? null });
}

export async function showDefinition(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
): Promise<Response> {
  const key = requireKey(c, "flag");
  const db = await database();
  const { definition, flags } = await readEverywhere(db, key);
  if (isUnchanged(c.req.raw.headers, definition.tag)) return c.body(null, 304, tagHeader(definition.tag));
  const environments = Object.fromEntries<object>(
    definition.archivedAt === null
      ? [...flags].map(([environment, { configuration, version }]) => [environment, { ...configuration, version }])
      : await readArchived(db, key),
  );
  return c.json({ ...viewOf(definition), environments }, 200, tagHeader(definition.tag));
}

export async function patchDefinition(
  services: Pick<Services, "database" | "publisher" | "clock" | "random">,
  c: ManagementContext,
  { body: patch }: { body: JsonObject },
): Promise<Response> {
  const [key, db] = [requireKey(c, "flag"), await services.database()];
  const change = { patch, headers: c.req.raw.headers, writer: writerOf(c), pauses: services };
  const written = await changeDefinition(db, key, change);
  return c.json({ environments: await publishEverywhere(services, c, written) });
}

export async function removeDefinition(
  services: Pick<Services, "database" | "publisher" | "clock">,
  c: ManagementContext,
): Promise<Response> {
  const key = requireKey(c, "flag");
  const { warnings } = await readUse(await services.database(), key, services.clock.now());
  return c.json({ environments: await writeDefinition(services, c, key, deleteFlagDefinition), warnings });
}

function viewOf(record: DefinitionRecord): object {
  const { definition, createdAt, updatedAt, archivedAt, environments } = record;
  return {
    ...definition,
    ...notesOf(record),
    createdAt: instantOf(createdAt),
    updatedAt: instantOf(updatedAt),
    ...(archivedAt === null ? {} : { archivedAt }),
    environments,
  };
}
