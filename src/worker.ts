import { createApp } from "./app.ts";
import type { Bindings } from "./env.ts";
import { servicesFor } from "./services.ts";

const app = createApp(servicesFor);

export default {
  fetch: app.fetch,
  /** The outbox sweep (wrangler.toml, [triggers]). */
  async scheduled(_controller, bindings, context) {
    await servicesFor(bindings).sweep((promise) => context.waitUntil(promise));
  },
} satisfies ExportedHandler<Bindings>;
