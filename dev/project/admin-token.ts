import { parseSettingsOf } from "../../src/env.ts";
import { createDatabase } from "../../src/store/client.ts";
import { createAdminToken } from "./seed.ts";

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
  const settings = parseSettingsOf(["DATABASE_URL", "KEY_SECRET", "NEON_HTTP_URL"], env);
  const { DATABASE_URL, KEY_SECRET, NEON_HTTP_URL } = settings;
  if (role !== "write" && role !== "read") throw new TypeError('--role must be "write" or "read"');
  const db = createDatabase(DATABASE_URL, { timeoutMs: 30_000, fetchEndpoint: NEON_HTTP_URL });
  return createAdminToken(db, KEY_SECRET, { role, name, actor: "command line" });
}
