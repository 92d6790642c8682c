/** Restores a flag whose definition was deleted, from the images that the audit kept of it. */
import type { FlagConfiguration } from "../../../flags/document.ts";
import { flagDefinitionSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { type AuditRecord, type FlagDeletion, getFlagDeletion } from "../../../store/audit/audit.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import type { DefinitionWrite, Writer } from "../../../store/inputs.ts";
import { imageOf } from "../../../store/row-image.ts";
import { listEnvironments } from "../../../store/writes/environments.ts";
import { createFlagEverywhere } from "../../../store/writes/flags.ts";
import type { Written } from "../../../store/writes/transaction.ts";
import { HttpError } from "../../errors.ts";
import { parseFlag, storedFlag } from "../flags/flag-forms.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { parseShape } from "../shape.ts";

/**
 * Creates the flag as it was before its last deletion. If `record` belongs to that deletion, all configurations that
 * it deleted come back as well; if not, only the configuration in `image` does. A flag that was archived is archived
 * again. Rules keep the salts of the image, so that everybody gets the same variant as before. @throws HttpError 409
 */
export async function restoreDeletedFlag(
  db: StoreDatabase,
  record: AuditRecord,
  image: JsonObject,
  writer: Writer,
): Promise<Map<string, Written>> {
  const { key, entity } = record;
  const deletion = await getFlagDeletion(db, key);
  if (deletion === undefined) {
    throw new HttpError(409, `flag "${key}" was deleted, and the audit does not hold its definition; create it again`);
  }
  if (!isPartOf(record, deletion) && entity === "flag") {
    throw new HttpError(
      409,
      `flag "${key}" was deleted by change ${deletion.definition.id}; restore that change first`,
    );
  }
  const images = isPartOf(record, deletion)
    ? deletion.configurations.map(({ environment, before }) => [environment, imageOf(before)] as const)
    : [[record.environment, image] as const];
  // An environment that was deleted as well has no place for its configuration.
  const existing = new Set((await listEnvironments(db)).map((environment) => environment.key));
  const { archivedAt, ...definition } = withoutNulls(imageOf(deletion.definition.before) ?? {});
  const configurations = new Map<string, FlagConfiguration>();
  for (const [environment, configuration] of images) {
    if (environment === null || configuration === null || !existing.has(environment)) continue;
    configurations.set(environment, configurationOf(definition, configuration, key, environment));
  }
  const isArchived = archivedAt !== undefined && isPartOf(record, deletion);
  return await createFlagEverywhere(db, definitionOf(definition), configurations, { ...writer, isArchived });
}

/** @throws HttpError 409 if `record` is the deletion of a flag that exists again */
export function refuseExisting({ key, entity, action }: AuditRecord): void {
  if (entity !== "flag" || action !== "delete") return;
  throw new HttpError(
    409,
    `flag "${key}" exists again, so its deletion cannot be undone; restore the configurations that you need one by one, or delete the flag first`,
  );
}

function isPartOf({ id }: AuditRecord, { definition, configurations }: FlagDeletion): boolean {
  return [definition, ...configurations].some((one) => one.id === id);
}

function definitionOf(image: JsonObject): DefinitionWrite {
  const { description, tags, owner, fallback, jsonSchema, lifetime, expiresAt, ...definition } = parseShape(
    flagDefinitionSchema,
    image,
  );
  return { definition, description, tags, owner, fallback, jsonSchema, lifetime, expiresAt };
}

function configurationOf(
  definition: JsonObject,
  image: JsonObject,
  key: string,
  environment: string,
): FlagConfiguration {
  const { environment: _, flagKey: __, ...configuration } = image;
  try {
    return storedFlag(parseFlag({ ...definition, ...configuration }, key, { hasStoredRules: true })).configuration;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const place = `the configuration in environment "${environment}" `;
    throw new InvalidInputError(error.errors.map(({ pointer, detail }) => ({ pointer, detail: place + detail })));
  }
}

/** A column that is null in a row is a field that a document leaves out. */
export function withoutNulls(image: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(image).filter(([, value]) => value !== null));
}
