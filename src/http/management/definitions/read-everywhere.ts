import type { StoreDatabase } from "../../../store/client.ts";
import { type FlagRecord, getDefinition, getFlag, type TaggedDefinition } from "../../../store/lists/flags.ts";
import { requireFound } from "../require.ts";

/**
 * Reads the definition, then the flag in each of its environments. The tag is read first, so that a write between the
 * two leaves an old tag with new flags, and never the opposite. @throws HttpError 404
 */
export async function readEverywhere(
  db: StoreDatabase,
  key: string,
): Promise<{ definition: TaggedDefinition; flags: Map<string, FlagRecord> }> {
  const definition = requireFound(await getDefinition(db, key), "flag", key);
  const flags = new Map<string, FlagRecord>();
  const found = await Promise.all(definition.environments.map((environment) => getFlag(db, environment, key)));
  for (const [i, flag] of found.entries()) {
    const environment = definition.environments[i];
    if (environment !== undefined && flag !== undefined) flags.set(environment, flag);
  }
  return { definition, flags };
}
