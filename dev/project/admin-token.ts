import { parseSettingsOf } from "../../src/env.ts";

/** Goes with each new token. */
export const TOKEN_NOTE = "This token cannot be shown again, because the database stores only a hash of it.";

/**
 * Creates an admin token in the database at DATABASE_URL, and returns it.
 * @throws TypeError a setting or the role is wrong; names it
 */
export async function adminTokenIn(
  env: Record<string, string | undefined>,
  { role, name }: { role: string; name: string },
): Promise<string> {
  const { KEY_SECRET } = parseSettingsOf(["DATABASE_URL", "KEY_SECRET"], env);
  if (role !== "write" && role !== "read") throw new TypeError('--role must be "write" or "read"');
  // Wrong settings are reported before the client of the database is loaded, which takes most of the time.
  const [{ withDatabase }, { createAdminToken }] = await Promise.all([
    import("../postgres/direct-database.ts"),
    import("./seed.ts"),
  ]);
  return withDatabase(env, (db) => createAdminToken(db, KEY_SECRET, { role, name, actor: "command line" }));
}
