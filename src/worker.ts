import type { Hono } from "hono";
import { createApp } from "./app.ts";
import { type Bindings, parseSettings } from "./env.ts";
import { misconfigured } from "./http/errors.ts";
import { consoleLog, errorFields } from "./ops/log.ts";
import type { WorkerContext } from "./ops/runtime.ts";
import type { AppEnv, Services } from "./http/services.ts";
import { createServices } from "./services.ts";

/** The state of the isolate, made on the first request: module scope has no bindings, clock or randomness. */
interface Isolate {
  bindings: Bindings;
  services: Services;
  app: Hono<AppEnv>;
}

let isolate: Isolate | undefined;

function isolateFor(bindings: Bindings): Isolate {
  if (isolate?.bindings === bindings) return isolate;
  const services = createServices(parseSettings(bindings));
  isolate = { bindings, services, app: createApp(services) };
  return isolate;
}

/** The worker. Exported for the Workers runtime. */
export default {
  fetch(request: Request, bindings: Bindings, context: WorkerContext): Response | Promise<Response> {
    let current: Isolate;
    try {
      current = isolateFor(bindings);
    } catch (error) {
      consoleLog.error("misconfigured", errorFields(error));
      return misconfigured(request);
    }
    return current.app.fetch(request, bindings, context);
  },

  /** Runs the sweep (wrangler.toml, [triggers]). */
  async scheduled(_event: unknown, bindings: Bindings, context: WorkerContext): Promise<void> {
    await isolateFor(bindings).services.sweep((promise) => context.waitUntil(promise));
  },
};
