/** OpenFeature's manifest over HTTP. The command line of OpenFeature pulls and pushes it. */
import { parseFlagInput } from "../../../flags/parse.ts";
import { manifestFlag, manifestTypeOf, type ManifestFlag } from "../../../flags/formats/manifest.ts";
import type { FlagConfiguration, FlagType } from "../../../flags/document.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { type DefinitionRecord, getDefinition, listDefinitions } from "../../../store/lists/flags.ts";
import { listEnvironments } from "../../../store/writes/environments.ts";
import { createFlagEverywhere } from "../../../store/writes/flags.ts";
import { archiveFlag } from "../../../store/writes/archive.ts";
import { ConflictError } from "../../../ops/errors.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { requireLive } from "../archive/archived.ts";
import { writerOf, type ManagementContext } from "../context.ts";
import { changeDefinition } from "../definitions/change-definition.ts";
import { storedFlag } from "../flags/flag-forms.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { publishEverywhere } from "../publish-write.ts";
import { requireFound, requireKey } from "../require.ts";
import { instantOf } from "../shape.ts";
import { descriptionOf, type ManifestFlagInput, newFlagOf } from "./input.ts";

/** The manifest has no pages, so a response reads all of them. */
const PAGE = 1000;

export async function showManifest({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const db = await database();
  const flags: ManifestFlag[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDefinitions(db, { limit: PAGE, cursor });
    flags.push(...page.items.map(viewOf));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const capabilities = c.get("actor").role === "write" ? "read,write,delete" : "read";
  return c.json({ flags }, 200, { "x-manifest-capabilities": capabilities });
}

export async function postManifestFlag(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body }: { body: ManifestFlagInput },
): Promise<Response> {
  const db = await services.database();
  const { configuration, ...definition } = storedFlag(parseFlagInput(newFlagOf(body)));
  const environments = await listEnvironments(db);
  const everywhere = new Map<string, FlagConfiguration>(environments.map(({ key }) => [key, configuration]));
  const written = await createFlagEverywhere(db, definition, everywhere, writerOf(c)).catch(async (error: unknown) => {
    const existing = error instanceof ConflictError ? await getDefinition(db, body.key) : undefined;
    if (existing !== undefined) requireLive(existing);
    throw error;
  });
  await publishEverywhere(services, c, written);
  return await respondWithFlag(db, c, body.key, 201);
}

export async function putManifestFlag(
  services: Pick<Services, "database" | "publisher" | "clock" | "random">,
  c: ManagementContext,
  { body }: { body: ManifestFlagInput },
): Promise<Response> {
  const [key, db] = [requireKey(c, "flag"), await services.database()];
  const written = await changeDefinition(db, key, {
    patch: { fallback: body.defaultValue, description: descriptionOf(body) },
    // A merge patch would drop members of the default that are null.
    merge: (base, patch) => {
      requireSameType(base, body);
      return { ...base, ...patch };
    },
    headers: new Headers(),
    writer: writerOf(c),
    pauses: services,
  });
  await publishEverywhere(services, c, written);
  return await respondWithFlag(db, c, key, 200);
}

export async function removeManifestFlag(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
): Promise<Response> {
  const [key, db] = [requireKey(c, "flag"), await services.database()];
  const written = await archiveFlag(db, key, writerOf(c));
  await publishEverywhere(services, c, written);
  const { archivedAt } = requireFound(await getDefinition(db, key), "flag", key);
  return c.json({ message: `flag "${key}" is archived in every environment`, archivedAt });
}

/** @throws HttpError 409 */
function requireSameType({ type }: JsonObject, { key, type: wanted }: ManifestFlagInput): void {
  const current = manifestTypeOf(type as FlagType);
  if (current === wanted) return;
  throw new HttpError(409, `flag "${key}" has the type ${current}, which the manifest cannot change to ${wanted}`);
}

async function respondWithFlag(
  db: StoreDatabase,
  c: ManagementContext,
  key: string,
  status: 200 | 201,
): Promise<Response> {
  const record = requireFound(await getDefinition(db, key), "flag", key);
  return c.json({ flag: viewOf(record), updatedAt: instantOf(record.updatedAt) }, status);
}

function viewOf({ definition, description, fallback, offVariant }: DefinitionRecord): ManifestFlag {
  return manifestFlag({ ...definition, description, fallback, offVariant });
}
