import { type Bindings, secretsOf, type SettingsError } from "./env.ts";
import { misconfigured } from "./http/errors.ts";
import { dispatch } from "./http/evaluation/direct.ts";
import { type Isolate, isolateFor, noteHost } from "./isolate.ts";
import { describeError } from "./ops/log.ts";
import { createRedact } from "./ops/redact.ts";
import type { WorkerContext } from "./ops/runtime.ts";

/** The worker's handlers of requests and of the schedule. */
export const handlers = {
  fetch(request: Request, bindings: Bindings, context: WorkerContext): Response | Promise<Response> {
    noteHost(request);
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
