/** The Redis keys of this deployment, and the heads in them. */
import type { RedisCommands } from "./commands.ts";

const PAGE = "1000";

/** Returns the Redis key of an environment's hash. */
export function keyOf(prefix: string, environment: string): string {
  return `${prefix}:feature_flag:${environment}`;
}

/** Returns the Redis key of the changes that an environment's head no longer lists. */
export function olderChangesOf(prefix: string, environment: string): string {
  return `${prefix}:older_changes:${environment}`;
}

/**
 * Yields the Redis keys of all environments' hashes. It sends one command for each thousand keys of the database, also
 * those of other programs, and at most `maxPages` of them.
 */
export async function* scanKeys(commands: RedisCommands, prefix: string, maxPages: number): AsyncGenerator<string> {
  const pattern = `${keyOf(prefix, "").replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
  let cursor = "0";
  for (let page = 1; page <= maxPages; page++) {
    const [next, found] = await commands.array(["SCAN", cursor, "MATCH", pattern, "COUNT", PAGE]);
    if (!Array.isArray(found)) throw commands.unexpectedReply("SCAN");
    for (const key of found) yield String(key);
    cursor = String(next);
    if (cursor === "0") return;
  }
}

/**
 * Reads the versions of the heads in these hashes with one command, by environment. Leaves out hashes without a head.
 */
export async function readVersions(
  commands: RedisCommands,
  { prefix, script, keys }: { prefix: string; script: string; keys: readonly string[] },
): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  if (keys.length === 0) return versions;
  const reply = await commands.array(["EVAL_RO", script, String(keys.length), ...keys]);
  const start = keyOf(prefix, "").length;
  for (const [i, key] of keys.entries()) {
    const version = Number(reply[i]);
    if (Number.isSafeInteger(version) && version > 0) versions.set(key.slice(start), version);
  }
  return versions;
}
