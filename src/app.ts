import { Hono } from "hono";
import { registerOfrep } from "./http/ofrep.ts";
import { HttpError, problemResponse, toHttpError } from "./http/errors.ts";
import { requestId } from "./http/request-id.ts";
import type { Bindings } from "./env.ts";
import type { Services } from "./services.ts";

/** What handlers find in Hono's context. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: { services: Services };
}

/**
 * Every route of the worker.
 *
 * @example
 * const app = createApp((bindings) => createServices(bindings));
 * export default { fetch: app.fetch };
 */
export function createApp(servicesFor: (bindings: Bindings) => Services): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.use(async (c, next) => {
    c.set("services", servicesFor(c.env));
    await next();
  });
  registerOfrep(app);
  app.notFound((c) => problemResponse(new HttpError(404, `no route for ${c.req.method} ${c.req.path}`), requestId(c.req.raw)));
  app.onError((error, c) => {
    const httpError = toHttpError(error);
    const id = requestId(c.req.raw);
    if (httpError.status >= 500) c.get("services")?.logFailure(httpError, id);
    return problemResponse(httpError, id);
  });
  return app;
}
