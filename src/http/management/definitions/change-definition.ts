import { parseInstant } from "../../../flags/formats/instant.ts";
import { mergePatch } from "../../../flags/merge-patch.ts";
import { parsePatched } from "../../../flags/parse-patched.ts";
import type { FlagInput } from "../../../flags/document.ts";
import { flagDefinitionSchema, flagInputSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import type { Writer } from "../../../store/inputs.ts";
import { saveDefinition, saveFlag } from "../../../store/writes/flags.ts";
import type { Written } from "../../../store/writes/transaction.ts";
import { type Pauses, retryOnConflict } from "../conditional-write.ts";
import { parseFlag, patchBase, patchedNotes, storedFlag } from "../flags/flag-forms.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { requireMatch } from "../preconditions.ts";
import { requireLive } from "../archive/archived.ts";
import { documentVersionAfter } from "../publish-write.ts";
import { parseShape } from "../shape.ts";
import { readEverywhere } from "./read-everywhere.ts";

const CONFIGURATION_FIELDS = ["enabled", "offVariant", "default", "rules", "prerequisites"];

export interface DefinitionChange {
  patch: JsonObject;
  /** Applies the patch; the default is a merge patch (RFC 7396). */
  merge?: (base: JsonObject, patch: JsonObject) => unknown;
  /** Headers of the request, for its If-Match. */
  headers: Headers;
  writer: Writer;
  pauses: Pauses;
}

/**
 * Merges a patch into a definition and validates the configuration of every environment against the result. Returns the
 * environments that got a new version. @throws InvalidInputError, HttpError 404, ConflictError, PreconditionFailedError
 */
export async function changeDefinition(
  db: StoreDatabase,
  key: string,
  { patch, merge = mergeFields, headers, writer, pauses }: DefinitionChange,
): Promise<Map<string, Written>> {
  refuseConfiguration(patch);
  const change = async (): Promise<Map<string, Written>> => {
    const { definition, flags } = await readEverywhere(db, key);
    requireLive(definition);
    requireMatch(headers, definition.tag);
    // The tag covers all environments, so no configuration can change after it was validated here.
    const options = { ...writer, expectedDefinition: definition.tag, mustExist: true };
    const [first] = [...flags].map(([environment, flag]) => {
      const merged = parseMerged(environment, patch, merge(patchBase(flag, patch), patch) as JsonObject);
      return { environment, merged, version: flag.version };
    });
    if (first === undefined) {
      const whole = merge({ ...definition.definition } as unknown as JsonObject, patch);
      return await saveUnused(db, whole, patch, options);
    }
    const { environment, merged, version } = first;
    const result = await saveFlag(db, environment, storedFlag(merged, patchedNotes(patch, merged)), options);
    const after = documentVersionAfter(result, key);
    const own: [string, Written][] = after === undefined || after === version ? [] : [[environment, result]];
    return new Map([...own, ...result.elsewhere]);
  };
  return await retryOnConflict(change, true, pauses);
}

function mergeFields(base: JsonObject, patch: JsonObject): unknown {
  return mergePatch(base, patch, flagInputSchema);
}

function refuseConfiguration(patch: JsonObject): void {
  const errors = CONFIGURATION_FIELDS.filter((name) => Object.hasOwn(patch, name)).map((name) => ({
    pointer: `/${name}`,
    detail: "belongs to an environment: use /api/v1/environments/{env}/flags/{key}",
  }));
  if (errors.length > 0) throw new InvalidInputError(errors);
}

/** Parses a merged flag. An error in its configuration names the environment. */
function parseMerged(environment: string, patch: JsonObject, merged: JsonObject): FlagInput {
  try {
    return parsePatched({ patch, merged }, (input) => parseFlag(input, undefined, { hasStoredRules: true }));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.errors.map(({ pointer, detail }) =>
        CONFIGURATION_FIELDS.some((name) => pointer.startsWith(`/${name}`))
          ? {
              pointer: "",
              detail: `the configuration in environment "${environment}" would become invalid: ${pointer} ${detail}`,
            }
          : { pointer, detail },
      ),
    );
  }
}

/** Saves a definition that no environment configures. */
async function saveUnused(
  db: StoreDatabase,
  definition: unknown,
  patch: JsonObject,
  options: Parameters<typeof saveDefinition>[2],
): Promise<Map<string, Written>> {
  const merged = parseShape(flagDefinitionSchema, definition);
  const {
    description: _,
    tags: __,
    owner: ___,
    fallback: ____,
    jsonSchema: _____,
    lifetime: ______,
    expiresAt,
    ...rest
  } = merged;
  if (typeof expiresAt === "string" && Number.isNaN(parseInstant(expiresAt)))
    throw new InvalidInputError([{ pointer: "/expiresAt", detail: "must be an ISO 8601 instant" }]);
  const notes = patchedNotes(patch, merged as Parameters<typeof patchedNotes>[1]);
  return await saveDefinition(db, { definition: rest, ...notes }, options);
}
