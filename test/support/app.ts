import { createApp } from "../../src/app.ts";
import { parseSettings } from "../../src/env.ts";
import type { Log } from "../../src/ops/log.ts";
import type { Services } from "../../src/http/services.ts";
import { createServices, type ServicesOptions } from "../../src/services.ts";
import type { FakeClock } from "./fake-clock.ts";

/** One isolate inside the test's process: the whole worker with a clock that the test moves. */
export interface Isolate {
  services: Services;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves when everything handed to `waitUntil` so far has ended. */
  settled(): Promise<void>;
  /** Names of the events logged so far. */
  logged: string[];
}

/** `redisTimeoutMs`: for tests that count what L2 is asked, on machines that are busy with others. */
export function startIsolate(
  bindings: Record<string, unknown>,
  clock: FakeClock,
  options: Omit<ServicesOptions, "clock" | "log" | "random"> = {},
): Isolate {
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  const log: Log = { info: note, warn: note, error: note };
  const services = createServices(parseSettings(bindings), { clock, log, random: () => 0.5, ...options });
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
