import type { Backends, BackendsOptions } from "../../dev/endpoints/backends.ts";
import { startTestBackends } from "./backends/backends.ts";
import type { FlagConfiguration, FlagDefinition } from "../../src/flags/document.ts";
import { type KeyKind, mintKey } from "../../src/ops/token.ts";
import { createDatabase, type StoreDatabase } from "../../src/store/client.ts";
import { saveFlag } from "../../src/store/writes/flags.ts";

export const KEY_SECRET = "a key secret that only the tests of this repository use";

/** Backends with one environment, and the bindings and credentials that a test needs. */
export interface TestProject {
  backends: Backends;
  db: StoreDatabase;
  /** The worker's bindings and settings. */
  bindings: Record<string, string>;
  clientKey: string;
  serverKey: string;
  adminToken: string;
  /** Saves a flag without the worker and without publishing, like an edit in SQL. */
  save(flag: TestFlag): Promise<number>;
  resetStats(): void;
  /** Returns the number of commands to L2 and requests to L3 since the last reset. */
  roundTrips(): { l2: number; l3: number };
  close(): Promise<void>;
}

export type TestFlag = { key: string } & Partial<FlagDefinition> & Partial<FlagConfiguration>;

/** Creates an enabled boolean flag that serves `on`, with the given differences. */
export function aFlag(flag: TestFlag): { definition: FlagDefinition; configuration: FlagConfiguration } {
  const {
    key,
    kind = "flag",
    type = "boolean",
    variants = { on: true, off: false },
    clientVisible = true,
    metadata = {},
  } = flag;
  const { enabled = true, offVariant = "off", rules = [], prerequisites = [] } = flag;
  return {
    definition: { key, kind, type, variants, clientVisible, metadata },
    configuration: { enabled, offVariant, default: flag.default ?? { variant: "on" }, rules, prerequisites },
  };
}

export async function startTestProject(
  options: BackendsOptions = {},
  environment = "production",
): Promise<TestProject> {
  const backends = await startTestBackends(options);
  const { neon, upstash } = backends;
  const db = createDatabase(neon.connectionString, { timeoutMs: 20_000, fetchEndpoint: neon.url });
  await neon.query("insert into environments (key, name) values ($1, $1)", [environment]);
  const addKey = async (kind: KeyKind): Promise<string> => {
    const scope = kind === "admin" ? "write" : environment;
    const { token, id, secretHash } = await mintKey(KEY_SECRET, kind, scope);
    await neon.query(
      // A day of use to come, so that no request records its own and tests can count round trips.
      "insert into sdk_keys (id, environment, kind, role, name, secret_hash, last_used_on) values ($1, $2, $3, $4, $5, $6, '9999-12-31')",
      [id, kind === "admin" ? null : environment, kind, kind === "admin" ? "write" : null, `test ${kind}`, secretHash],
    );
    return token;
  };
  return {
    backends,
    db,
    // Reports of usage would be round trips of their own. A test of usage names the setting.
    bindings: { ...backends.bindings, KEY_SECRET, USAGE_FLUSH_SECONDS: "0" },
    clientKey: await addKey("client"),
    serverKey: await addKey("server"),
    adminToken: await addKey("admin"),
    save: async (flag) => (await saveFlag(db, environment, aFlag(flag), { actor: "test" })).version,
    resetStats() {
      neon.resetStats();
      upstash.resetStats();
    },
    roundTrips: () => ({ l2: upstash.stats().commands, l3: neon.stats().requests }),
    close: () => backends.close(),
  };
}
