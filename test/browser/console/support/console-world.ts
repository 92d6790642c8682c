/** What every test of the console stands on: the built worker with the console's files before it, the example project, Chromium. */
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
  /** Serves the console and its API. */
  colo: Colo;
  keys: SeededKeys;
  /** An admin token that may read and nothing else. */
  readToken: string;
  browser: Browser;
  /** The API, as somebody else uses it beside the console. */
  api: Client;
  /** Writes a flag by that API: boolean, on, and `off` to everybody, but for what is given. Answers its version. */
  save(flag: { key: string } & Partial<Flag>, environment?: string): Promise<number>;
  /** What another isolate than the console's answers about a flag over OFREP: to an SDK with the environment's server key. */
  evaluate(flag: string, options?: EvaluateOptions): Promise<Answer>;
  /** A person at the console, signed in unless `token` is null, at that address in the hash. */
  visit(options?: Partial<VisitOptions>): Promise<Visit>;
  close(): Promise<void>;
}

export interface EvaluateOptions {
  environment?: string;
  context?: Record<string, unknown>;
  /** SDK key; default: the environment's server key. */
  key?: string;
  /** Asks an isolate that was started for this and has nothing in its memory. */
  isFresh?: boolean;
}

export interface Answer {
  status: number;
  value?: unknown;
  variant?: string;
  reason?: string;
  errorCode?: string;
}

/** Everything that was started is closed again when one part cannot be. */
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
    const { neon } = backends;
    const db = createDatabase(neon.connectionString, { timeoutMs: 20_000, fetchEndpoint: neon.url });
    const keys = await seedProject(db, KEY_SECRET);
    const readToken = await createAdminToken(db, KEY_SECRET, { role: "read", name: "reader", actor: "test" });
    const bindings = { ...backends.bindings, KEY_SECRET };
    const colo = keep(await startColo({ bindings, assets: built.directory }), (one) => one.dispose());
    const elsewhere = keep(await startColo({ bindings }), (one) => one.dispose());
    const browser = keep(await startChromium(), (one) => one.close());
    const { origin } = await colo.miniflare.ready;
    const api = createClient({ url: origin, token: () => keys.adminToken });
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
      return (await api.call("putFlag", { path, body: { ...plain, ...flag } })).answer.version;
    };
    const evaluate = async (flag: string, options: EvaluateOptions = {}): Promise<Answer> => {
      const { environment = "production", context = { targetingKey: "user-1" } } = options;
      const key = options.key ?? keys.environments[environment]?.serverKey;
      const isolate = options.isFresh === true ? await startColo({ bindings }) : elsewhere;
      const response = await isolate.fetch(`/ofrep/v1/evaluate/flags/${flag}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ context }),
      });
      const answer = { ...((await response.json()) as object), status: response.status };
      if (isolate !== elsewhere) await isolate.dispose();
      return answer;
    };
    return {
      built,
      backends,
      db,
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
