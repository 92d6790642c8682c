/** Which keys of Redis are this deployment's, and the heads in them. */
import type { RedisCommands } from "./commands.ts";

const PAGE = "1000";

/** Key of an environment's hash. */
export function keyOf(prefix: string, environment: string): string {
  return `${prefix}:feature_flag:${environment}`;
}

/** Keys of the environments' hashes, one command for a thousand keys of the database, whosever they are. At most `maxPages`. */
export async function* scanKeys(commands: RedisCommands, prefix: string, maxPages: number): AsyncGenerator<string> {
  const pattern = `${keyOf(prefix, "").replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
  let cursor = "0";
  for (let page = 1; page <= maxPages; page++) {
    const [next, found] = await commands.array(["SCAN", cursor, "MATCH", pattern, "COUNT", PAGE]);
    if (!Array.isArray(found)) throw commands.nonsense("SCAN");
    for (const key of found) yield String(key);
    cursor = String(next);
    if (cursor === "0") return;
  }
}

/** Versions of the heads in these hashes, by environment; one command. What is no head is left out. */
export async function readVersions(
  commands: RedisCommands,
  { prefix, script, keys }: { prefix: string; script: string; keys: readonly string[] },
): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  if (keys.length === 0) return versions;
  const answer = await commands.array(["EVAL_RO", script, String(keys.length), ...keys]);
  const start = keyOf(prefix, "").length;
  for (const [i, key] of keys.entries()) {
    const version = Number(answer[i]);
    if (Number.isSafeInteger(version) && version > 0) versions.set(key.slice(start), version);
  }
  return versions;
}
