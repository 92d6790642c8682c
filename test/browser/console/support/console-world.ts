/** The world of the console tests: the built worker and console, the example project, and Chromium. */
import type { Browser } from "playwright-core";
import { type Client, createClient } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Backends } from "../../../../dev/endpoints/backends.ts";
import { startTestBackends } from "../../../support/backends/backends.ts";
import { createAdminToken, type SeededKeys, seedProject } from "../../../../dev/project/seed.ts";
import { createDatabase, type StoreDatabase } from "../../../../src/store/client.ts";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { startChromium } from "../../support/chromium.ts";
import { type BuiltConsole, buildConsole } from "./build.ts";
import { openVisit, type Visit, type VisitOptions } from "./visit.ts";

export interface ConsoleWorld {
  built: BuiltConsole;
  backends: Backends;
  db: StoreDatabase;
  /** The data centre that serves the console and its API. */
  colo: Colo;
  keys: SeededKeys;
  /** A read-only admin token. */
  readToken: string;
  browser: Browser;
  /** The API, used by another person than the one at the console. */
  api: Client;
  /** Saves a flag through the API and returns its version. By default it is boolean, enabled, and serves `off`. */
  save(flag: { key: string } & Partial<Flag>, environment?: string): Promise<number>;
  /** Evaluates a flag over OFREP in another isolate than the console's, with the server key by default. */
  evaluate(flag: string, options?: EvaluateOptions): Promise<EvaluationResponse>;
  /** Opens the console in a browser, signed in unless `token` is null, at an address in the hash. */
  visit(options?: Partial<VisitOptions>): Promise<Visit>;
  close(): Promise<void>;
}

export interface EvaluateOptions {
  environment?: string;
  context?: Record<string, unknown>;
  /** The SDK key. Default: the server key of the environment. */
  key?: string;
  /** The token of an override link. */
  overrides?: string;
  /** Whether to evaluate in a new isolate, which has nothing in memory. */
  isFresh?: boolean;
}

export interface EvaluationResponse {
  status: number;
  value?: unknown;
  variant?: string;
  reason?: string;
  errorCode?: string;
}

/** Opens the database. The driver has one endpoint for all its clients: that of the last one, maybe another world's. */
function databaseOf({ neon }: Backends): StoreDatabase {
  return createDatabase(neon.connectionString, { timeoutMs: 20_000, fetchEndpoint: neon.url });
}

/** Starts the world. If one part fails to start, closes the others. */
export async function startConsoleWorld(): Promise<ConsoleWorld> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer().catch(() => undefined);
  };
  const keep = <T>(thing: T, closer: (thing: T) => Promise<unknown>): T => {
    closers.push(() => closer(thing));
    return thing;
  };
  try {
    const built = keep(await buildConsole(), (one) => one.remove());
    const backends = keep(await startTestBackends(), (one) => one.close());
    const db = databaseOf(backends);
    const keys = await seedProject(db, KEY_SECRET);
    const readToken = await createAdminToken(db, KEY_SECRET, { role: "read", name: "reader", actor: "test" });
    const bindings = { ...backends.bindings, KEY_SECRET, WEBHOOKS_TO_LOCALHOST: "true" };
    const colo = keep(await startColo({ bindings, assets: built.directory }), (one) => one.dispose());
    const elsewhere = keep(await startColo({ bindings }), (one) => one.dispose());
    const browser = keep(await startChromium(), (one) => one.close());
    const { origin } = await colo.miniflare.ready;
    // Writes of many flags take longer than the default timeout on a busy machine.
    const api = createClient({ url: origin, token: () => keys.adminToken, timeoutMs: 60_000 });
    const save: ConsoleWorld["save"] = async (flag, environment = "production") => {
      const variants = { on: true, off: false };
      const plain = {
        type: "boolean",
        variants,
        enabled: true,
        offVariant: "off",
        default: { variant: "off" },
      } as const;
      const path = { env: environment, key: flag.key };
      return (await api.call("putFlag", { path, body: { ...plain, ...flag } })).body.version;
    };
    const evaluate = async (flag: string, options: EvaluateOptions = {}): Promise<EvaluationResponse> => {
      const { environment = "production", context = { targetingKey: "user-1" } } = options;
      const key = options.key ?? keys.environments[environment]?.serverKey;
      const isolate = options.isFresh === true ? await startColo({ bindings }) : elsewhere;
      const response = await isolate.fetch(`/ofrep/v1/evaluate/flags/${flag}`, {
        method: "POST",
        headers: headersOf(key, options.overrides),
        body: JSON.stringify({ context }),
      });
      const result = { ...((await response.json()) as object), status: response.status };
      if (isolate !== elsewhere) await isolate.dispose();
      return result;
    };
    return {
      built,
      backends,
      get db() {
        return databaseOf(backends);
      },
      colo,
      keys,
      readToken,
      browser,
      api,
      save,
      evaluate,
      visit: (options = {}) => openVisit(browser, origin, { token: keys.adminToken, ...options }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function headersOf(key: string | undefined, overrides: string | undefined): Record<string, string> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return overrides === undefined ? headers : { ...headers, "x-flags-overrides": overrides };
}
