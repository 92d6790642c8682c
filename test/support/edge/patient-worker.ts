import type { Hono } from "hono";
import { createApp } from "../../../src/app.ts";
import { type Bindings, parseSettings } from "../../../src/env.ts";
import type { AppEnv, Services } from "../../../src/http/services.ts";
import type { WorkerContext } from "../../../src/ops/runtime.ts";
import { flagsEntrypoint } from "../../../src/rpc/entrypoint.ts";
import { createServices } from "../../../src/services.ts";

const PATIENCE_MS = 60_000;

const PENDING_PATH = "/__pending";
/** Promises handed to `waitUntil` that are not settled. */
let pending = 0;
let isolate: { services: Services; app: Hono<AppEnv> } | undefined;

function isolateFor(bindings: Bindings): { services: Services; app: Hono<AppEnv> } {
  if (isolate !== undefined) return isolate;
  const services = createServices(parseSettings(bindings), {
    redisTimeoutMs: PATIENCE_MS,
    storeTimeoutMs: PATIENCE_MS,
    flightBudgetMs: 3 * PATIENCE_MS,
    headBudgetMs: 3 * PATIENCE_MS,
  });
  isolate = { services, app: createApp(services) };
  return isolate;
}

type WaitUntil = WorkerContext["waitUntil"];

/** Hands a promise to `waitUntil` and counts it until it is settled. */
function counted(waitUntil: WaitUntil): WaitUntil {
  return (promise) => {
    pending += 1;
    waitUntil(promise.finally(() => (pending -= 1)));
  };
}

export class Flags extends flagsEntrypoint((bindings) => isolateFor(bindings).services) {
  constructor(context: Pick<WorkerContext, "props" | "waitUntil">, bindings: Bindings) {
    context.waitUntil = counted(context.waitUntil.bind(context));
    super(context, bindings);
  }
}

/**
 * The worker with timeouts that no busy machine reaches. With its own timeouts, a slow machine looks like an outage,
 * and a test would see other round trips and other responses.
 */
export default {
  fetch(request: Request, bindings: Bindings, context: WorkerContext): Response | Promise<Response> {
    if (new URL(request.url).pathname === PENDING_PATH) return new Response(String(pending));
    return isolateFor(bindings).app.fetch(request, bindings, {
      props: context.props,
      passThroughOnException: () => context.passThroughOnException(),
      waitUntil: counted((promise) => context.waitUntil(promise)),
    });
  },

  async scheduled(_event: unknown, bindings: Bindings, context: WorkerContext): Promise<void> {
    await isolateFor(bindings).services.sweep((promise) => context.waitUntil(promise));
  },
};
