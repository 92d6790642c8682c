import { mintKey, verifyToken } from "../../src/ops/token.ts";
import { createDatabase } from "../../src/store/client.ts";
import { listEnvironments } from "../../src/store/writes/environments.ts";
import { createSdkKey } from "../../src/store/writes/keys.ts";
import type { DevKeys } from "./files.ts";
import type { NeonEndpoint } from "../postgres/neon-endpoint.ts";
import { createAdminToken, seedProject } from "../project/seed.ts";

const ACTOR = "npm run dev";
const TIMEOUT_MS = 60_000;

/**
 * Returns keys for every environment. An empty database gets the project file first. Otherwise, known keys that are
 * still valid are kept, and the others are created again, because keys cannot be read from the database.
 */
export async function ensureProject(
  neon: NeonEndpoint,
  keySecret: string,
  known: DevKeys | undefined,
  project: string,
): Promise<DevKeys> {
  const db = createDatabase(neon.connectionString, { fetchEndpoint: neon.url, timeoutMs: TIMEOUT_MS });
  const environments = await listEnvironments(db);
  if (environments.length === 0) return seedProject(db, keySecret, project);

  const rows = await neon.query<{ id: string }>("select id from sdk_keys where revoked_at is null");
  const ids = new Set(rows.map(({ id }) => id));
  const usable = async (token: string | undefined): Promise<string | undefined> => {
    const parts = token === undefined ? undefined : await verifyToken([keySecret], token);
    return parts && ids.has(parts.id) ? token : undefined;
  };
  const sdkKey = async (environment: string, kind: "client" | "server"): Promise<string> => {
    const { token, id, secretHash } = await mintKey(keySecret, kind, environment);
    await createSdkKey(db, environment, { id, kind, name: ACTOR, secretHash, origins: [] }, { actor: ACTOR });
    return token;
  };

  const keys: DevKeys = {
    adminToken:
      (await usable(known?.adminToken)) ??
      (await createAdminToken(db, keySecret, { role: "write", name: ACTOR, actor: ACTOR })),
    environments: {},
  };
  for (const { key } of environments) {
    const earlier = known?.environments[key];
    keys.environments[key] = {
      clientKey: (await usable(earlier?.clientKey)) ?? (await sdkKey(key, "client")),
      serverKey: (await usable(earlier?.serverKey)) ?? (await sdkKey(key, "server")),
    };
  }
  return keys;
}
