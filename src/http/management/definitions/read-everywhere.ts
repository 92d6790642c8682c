import type { Services } from "../../services.ts";
import { type FlagRecord, getDefinition, getFlag, type TaggedDefinition } from "../../../store/lists/flags.ts";
import { notFoundUnless } from "../require.ts";

/** The definition and the flag in each of its environments, read after the tag: it never promises more than they are. @throws HttpError 404 */
export async function readEverywhere(
  services: Services,
  key: string,
): Promise<{ definition: TaggedDefinition; flags: Map<string, FlagRecord> }> {
  const db = await services.database();
  const definition = notFoundUnless(await getDefinition(db, key), "flag");
  const flags = new Map<string, FlagRecord>();
  const found = await Promise.all(definition.environments.map((environment) => getFlag(db, environment, key)));
  for (const [i, flag] of found.entries()) {
    const environment = definition.environments[i];
    if (environment !== undefined && flag !== undefined) flags.set(environment, flag);
  }
  return { definition, flags };
}
