/**
 * The Lua side of L2. The hash of an environment is consistent at its own `@head` (head-text.ts has the format),
 * because only these scripts write it and Redis runs each of them as one step.
 */
export interface CacheScripts {
  /**
   * Read-write. KEYS: hash, older changes. ARGV: mode, version, TTL ms, number of changes, schema version, now in ms,
   * (version, names)…, (field, value)…, the version's tag or ""
   */
  advance: string;
  /**
   * Read-only. KEYS: hash, older changes. ARGV: known version, schema version, known tag or "". Returns the later
   * changes of the head, then (name, value)… of the tag field and of the entries that they name, unless these are many.
   */
  changesSince: string;
  /** Read-write. KEYS: hash. ARGV: TTL ms. Empties the hash except its head with its tag. */
  clear: string;
  /** Read-only. KEYS: hash. ARGV: schema version. Returns the number of its flags and the bytes of the hash. */
  measure: string;
  /** Read-only. KEYS: hashes. Returns the version of each head, "" if there is none. */
  heads: string;
}

let scripts: CacheScripts | undefined;

/**
 * Loads the scripts, which are long texts that an isolate's first read does not need. Requests share no promise,
 * because one that waits for another's promise can wait forever.
 */
export async function loadScripts(): Promise<CacheScripts> {
  return (scripts ??= (await import("./scripts.ts")).SCRIPTS);
}
