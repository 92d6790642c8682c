import type { FlagInput } from "../../../flags/parse.ts";
import { flagDefinitionSchema } from "../../../flags/schema.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import type { Written } from "../../../store/writes/transaction.ts";
import { saveDefinition, saveFlag } from "../../../store/writes/flags.ts";
import { type JsonObject, parseFlag, patchBase, patchedNotes, storedFlag } from "../flags/flag-input.ts";
import { mergePatch } from "../../../flags/merge-patch.ts";
import { requireMatch } from "../preconditions.ts";
import { readEverywhere } from "./read-everywhere.ts";
import { parseShape } from "../shape.ts";
import { documentVersionAfter, retryOnConflict } from "../written.ts";

const CONFIGURATION_FIELDS = ["enabled", "offVariant", "default", "rules", "prerequisites"];

export interface DefinitionChange {
  patch: JsonObject;
  /** Default: RFC 7396. */
  merge?: (base: JsonObject, patch: JsonObject) => unknown;
  /** Of the request: its If-Match. */
  headers: Headers;
  /** For the audit. */
  actor: string;
}

/**
 * Merges a patch into a definition and checks every environment's configuration against the outcome. Answers the
 * environments that got a new version. @throws InvalidInputError, HttpError 404, ConflictError, PreconditionFailedError
 */
export async function patchDefinition(
  services: Services,
  key: string,
  { patch, merge = mergePatch, headers, actor }: DefinitionChange,
): Promise<Map<string, Written>> {
  refuseConfiguration(patch);
  return retryOnConflict(async () => {
    const db = await services.database();
    const { definition, flags } = await readEverywhere(services, key);
    requireMatch(headers, definition.tag);
    // Of all environments, so that nobody's change of any of them is checked against what it was before.
    const options = { actor, expectedDefinition: definition.tag, mustExist: true };
    const [first] = [...flags].map(([environment, flag]) => {
      const { flag: base, version } = patchBase(flag);
      const merged = parseMerged(environment, merge(base, patch));
      return { environment, merged, version };
    });
    if (first === undefined) {
      const whole = merge({ ...definition.definition } as unknown as JsonObject, patch);
      return saveUnused(services, whole, patch, options);
    }
    const { environment, merged, version } = first;
    const result = await saveFlag(db, environment, storedFlag(merged, patchedNotes(patch, merged)), options);
    const after = documentVersionAfter(result, key);
    const own: [string, Written][] = after === undefined || after === version ? [] : [[environment, result]];
    return new Map([...own, ...result.elsewhere]);
  }, true);
}

function refuseConfiguration(patch: JsonObject): void {
  const errors = CONFIGURATION_FIELDS.filter((name) => Object.hasOwn(patch, name)).map((name) => ({
    pointer: `/${name}`,
    detail: "belongs to an environment: use /api/v1/environments/{env}/flags/{key}",
  }));
  if (errors.length > 0) throw new InvalidInputError(errors);
}

/** What is wrong with a configuration is told with its environment. */
function parseMerged(environment: string, merged: unknown): FlagInput {
  try {
    return parseFlag(merged, undefined);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.errors.map(({ pointer, detail }) =>
        CONFIGURATION_FIELDS.some((name) => pointer.startsWith(`/${name}`))
          ? {
              pointer: "",
              detail: `the configuration in environment "${environment}" does not fit: ${pointer} ${detail}`,
            }
          : { pointer, detail },
      ),
    );
  }
}

/** A definition that no environment configures: nothing depends on it. */
async function saveUnused(
  services: Services,
  definition: unknown,
  patch: JsonObject,
  options: Parameters<typeof saveDefinition>[2],
): Promise<Map<string, Written>> {
  const merged = parseShape(flagDefinitionSchema, definition);
  const { description: _, tags: __, owner: ___, ...rest } = merged;
  const notes = patchedNotes(patch, merged as Parameters<typeof patchedNotes>[1]);
  return saveDefinition(await services.database(), { definition: rest, ...notes }, options);
}
