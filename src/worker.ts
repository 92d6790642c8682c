import type { Hono } from "hono";
import { createApp } from "./app.ts";
import { type Bindings, parseSettings, secretsOf, SettingsError } from "./env.ts";
import { misconfigured } from "./http/errors.ts";
import { dispatch } from "./http/evaluation/direct.ts";
import { consoleLog, describeError, errorFields, redactingLog } from "./ops/log.ts";
import { createRedact } from "./ops/redact.ts";
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
/** The host of the first request. */
let host: string | undefined;
/** The bindings that could not be parsed, and why. */
let refused: { bindings: Bindings; error: SettingsError } | undefined;

/** @throws SettingsError, which is logged once per isolate */
function isolateFor(bindings: Bindings): Isolate {
  if (isolate?.bindings === bindings) return isolate;
  if (refused?.bindings === bindings) throw refused.error;
  try {
    const services = createServices(parseSettings(bindings), { host: () => host });
    isolate = { bindings, services, app: createApp(services) };
    return isolate;
  } catch (thrown) {
    redactingLog(consoleLog, createRedact(secretsOf(bindings))).error("misconfigured", errorFields(thrown));
    const error = thrown instanceof SettingsError ? thrown : new SettingsError("its log says why");
    refused = { bindings, error };
    throw error;
  }
}

/** The worker. Exported for the Workers runtime. */
export default {
  fetch(request: Request, bindings: Bindings, context: WorkerContext): Response | Promise<Response> {
    host ??= new URL(request.url).host;
    let current: Isolate;
    try {
      current = isolateFor(bindings);
    } catch (error) {
      return misconfigured(request, (error as SettingsError).message);
    }
    return dispatch(current.services, request, context) ?? current.app.fetch(request, bindings, context);
  },

  /** Runs the sweep (wrangler.toml, [triggers]). */
  async scheduled(_event: unknown, bindings: Bindings, context: WorkerContext): Promise<void> {
    const sweep = async () => isolateFor(bindings).services.sweep((promise) => context.waitUntil(promise));
    const failure = await sweep().then(() => undefined, describeError);
    if (failure === undefined) return;
    // The runtime logs a thrown error with all its causes, which can contain credentials, so none are passed on.
    throw new Error(`the sweep failed: ${createRedact(secretsOf(bindings))(failure.join("; "))}`);
  },
};
