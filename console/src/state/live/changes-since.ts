/** The flags that changed in an environment since a version, from its audit log. */
import { client } from "../session.ts";

/** The last change of a flag. */
export interface FlagChange {
  key: string;
  /** The name of the person or token that made it. */
  by: string;
  at: string;
  version: number;
  /** Whether the environment no longer has the flag. */
  isDeleted: boolean;
  /** Whether the flag is on, if the change says so. */
  enabled: boolean | undefined;
}

const PAGE = "50";
/** With more changed flags than this, the whole list is read again. */
const MOST_FLAGS = 20;

/** Returns the flags that changed after a version, or `undefined` if there are too many to list. */
export async function flagsChangedSince(environment: string, since: number): Promise<FlagChange[] | undefined> {
  const found = new Map<string, FlagChange>();
  let cursor: string | undefined;
  do {
    const { body } = await client.call("listAudit", { path: { env: environment }, query: { limit: PAGE, cursor } });
    for (const { key, entity, action, actorName, at, version, versions, after } of body.items) {
      const made = versions[environment] ?? version ?? undefined;
      // A change of an SDK key or a webhook makes no version.
      if (made === undefined) continue;
      if (made <= since) return [...found.values()];
      if (entity !== "flag" && entity !== "configuration") continue;
      const enabled =
        entity === "configuration" && typeof after?.["enabled"] === "boolean" ? after["enabled"] : undefined;
      const later = found.get(key);
      if (later !== undefined) later.enabled ??= enabled;
      else found.set(key, { key, by: actorName, at, version: made, isDeleted: action === "delete", enabled });
    }
    if (found.size > MOST_FLAGS) return undefined;
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return [...found.values()];
}
