import { createApp } from "./app.ts";
import type { Bindings } from "./env.ts";
import type { WorkerContext } from "./ops/runtime.ts";
import { servicesFor } from "./services.ts";

const app = createApp(servicesFor);

export default {
  fetch: app.fetch,
  /** The outbox sweep (wrangler.toml, [triggers]). */
  async scheduled(_event: unknown, bindings: Bindings, context: WorkerContext): Promise<void> {
    await servicesFor(bindings).sweep((promise) => context.waitUntil(promise));
  },
};
