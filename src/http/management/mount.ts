import type { Context, Hono } from "hono";
import { prepareToCompileAny } from "../../evaluation/prepare.ts";
import type { AppEnv, Services } from "../services.ts";
import type { ManagementEnv } from "./context.ts";

/** Forwards everything but evaluation to an app that an isolate which only evaluates never loads. */
export function mountManagement(app: Hono<AppEnv>, services: Services): void {
  let management: Hono<ManagementEnv> | undefined;
  const forward = async (c: Context<AppEnv>): Promise<Response> => {
    // Writes are validated, and compiled where they are explained, without waiting for anything.
    const [{ createManagementApp }] = await Promise.all([import("./app.ts"), prepareToCompileAny()]);
    management ??= createManagementApp(services);
    return management.fetch(c.req.raw, c.env, c.executionCtx);
  };
  for (const path of ["/api/*", "/openfeature/*", "/flags/:key/update", "/openapi.json", "/docs", "/readyz"])
    app.all(path, forward);
}
