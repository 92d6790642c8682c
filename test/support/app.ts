import { createApp } from "../../src/app.ts";
import { parseSettings } from "../../src/env.ts";
import type { Log } from "../../src/ops/log.ts";
import type { Services } from "../../src/http/services.ts";
import { createServices } from "../../src/services.ts";
import type { ServicesOptions } from "../../src/services-options.ts";
import type { FakeClock } from "./fake-clock.ts";

/** The whole worker as one isolate in the test's process. The test moves its clock. */
export interface Isolate {
  services: Services;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves when all work given to `waitUntil` so far has ended. */
  settled(): Promise<void>;
  /** The names of the events logged so far. */
  logged: string[];
}

/** A timeout that no busy machine reaches (ms). */
const PATIENCE_MS = 60_000;

/**
 * Starts an isolate that waits for its backends as long as they take. On a busy machine, the timeouts of the worker
 * would end requests, and a test would count other round trips. A test of a backend that hangs passes its own timeouts.
 */
export function startIsolate(
  bindings: Record<string, unknown>,
  clock: FakeClock,
  options: Omit<ServicesOptions, "clock" | "log"> = {},
): Isolate {
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  const log: Log = { info: note, warn: note, error: note };
  // Flushes would be round trips of their own. A test of usage names the setting.
  const settings = parseSettings({ USAGE_FLUSH_SECONDS: 0, ...bindings });
  const services = createServices(settings, {
    clock,
    log,
    random: () => 0.5,
    host: () => "edge.test",
    redisTimeoutMs: PATIENCE_MS,
    storeTimeoutMs: PATIENCE_MS,
    ...options,
  });
  const app = createApp(services);
  const pending: Promise<unknown>[] = [];
  const context = {
    waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    passThroughOnException: () => undefined,
    props: {},
  };
  return {
    services,
    logged,
    fetch: async (path, init) => app.fetch(new Request(`http://edge.test${path}`, init), bindings, context),
    async settled() {
      while (pending.length > 0) await pending.shift();
    },
  };
}

/** Publishes what was saved without a worker, by the sweep of another isolate. */
export async function publishSaved(bindings: Record<string, unknown>, clock: FakeClock): Promise<void> {
  await startIsolate(bindings, clock).services.sweep(() => undefined);
}
