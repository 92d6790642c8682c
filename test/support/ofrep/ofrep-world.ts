import { seedProject } from "../../../dev/project/seed.ts";
import type { Backends } from "../../../dev/endpoints/backends.ts";
import { startTestBackends } from "../backends/backends.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../app.ts";
import { FakeClock } from "../fake-clock.ts";
import { aFlag, KEY_SECRET, type TestFlag } from "../project.ts";

/** A response as it came over the wire. */
export interface WireResponse {
  /** The request, for messages. */
  name: string;
  route: "single" | "bulk";
  status: number;
  headers: Headers;
  text: string;
}

/** The example project with real local backends, evaluated over OFREP. */
export interface OfrepWorld {
  backends: Backends;
  isolate: Isolate;
  clock: FakeClock;
  serverKey: string;
  clientKey: string;
  /** Sends a POST for one flag, or for all flags if there is no flag key. */
  ask(flagKey: string | undefined, body?: string, headers?: Record<string, string>): Promise<WireResponse>;
  /** Saves a flag without the worker. The isolate learns of it through {@link published}. */
  save(flag: TestFlag): Promise<number>;
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
  published(): Promise<void>;
  close(): Promise<void>;
}

export const ENVIRONMENT = "production";
export const PAGE_ORIGIN = "https://shop.example";

export async function startOfrepWorld(bindings: Record<string, unknown> = {}): Promise<OfrepWorld> {
  const clock = new FakeClock(Date.parse("2026-11-21T12:00:00Z"));
  const backends = await startTestBackends({ now: clock.now });
  const { neon } = backends;
  const db = createDatabase(neon.connectionString, { timeoutMs: 20_000, fetchEndpoint: neon.url });
  const { environments } = await seedProject(db, KEY_SECRET);
  const { clientKey = "", serverKey = "" } = environments[ENVIRONMENT] ?? {};
  const settings = { ...backends.bindings, KEY_SECRET, UNKNOWN_FLAGS_PER_SECOND: "0", ...bindings };
  const isolate = startIsolate(settings, clock);
  return {
    backends,
    isolate,
    clock,
    serverKey,
    clientKey,
    async ask(flagKey, body = "{}", headers = {}) {
      const path = `/ofrep/v1/evaluate/flags${flagKey === undefined ? "" : `/${flagKey}`}`;
      const response = await isolate.fetch(path, {
        method: "POST",
        headers: { "x-api-key": serverKey, "content-type": "application/json", ...headers },
        body,
      });
      return {
        name: `${path} ${body.slice(0, 60)}`,
        route: flagKey === undefined ? "bulk" : "single",
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      };
    },
    save: async (flag) => (await saveFlag(db, ENVIRONMENT, aFlag(flag), { actor: "test" })).version,
    query: (sql, parameters = []) => neon.query(sql, parameters),
    async published() {
      await isolate.services.sweep(() => undefined);
      await clock.advance(1001);
    },
    close: () => backends.close(),
  };
}
