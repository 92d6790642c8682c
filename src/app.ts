import { Hono } from "hono";
import { errorResponse, HttpError, isOfrepPath, methodNotAllowed, toHttpError } from "./http/errors.ts";
import { registerFlags } from "./http/evaluation/get-flags.ts";
import { registerDefinitions } from "./http/definitions/register.ts";
import { mountManagement } from "./http/management/mount.ts";
import { noOfrepRoute, registerOfrep } from "./http/evaluation/ofrep.ts";
import { requestId } from "./http/request-id.ts";
import { registerStream } from "./http/streams/stream.ts";
import type { AppEnv, Services } from "./http/services.ts";

/**
 * Creates the app with every route of the worker. Evaluation comes first, without any middleware in front of it.
 *
 * @example
 * const app = createApp(createServices(parseSettings(bindings)));
 * await app.fetch(request, bindings, context);
 */
export function createApp(services: Services): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ strict: false });
  registerOfrep(app, services);
  registerStream(app, services);
  registerFlags(app, services);
  app.get("/healthz", (c) => c.json({ status: "ok" }, 200, { "cache-control": "no-store" }));
  // Assets come first, so only addresses under /console/ that do not exist get here.
  app.on("GET", ["/", "/console/*"], async (c) => {
    const { homeResponse } = await import("./http/pages/home-page.ts");
    return homeResponse(c.req.raw, { hasConsole: c.env["ASSETS"] !== undefined });
  });
  app.get("/llms.txt", async (c) => (await import("./http/pages/llms-page.ts")).llmsResponse(c.req.raw));
  for (const path of ["/", "/healthz", "/llms.txt"])
    app.options(path, () => new Response(null, { status: 204, headers: { allow: "GET, HEAD, OPTIONS" } }));
  // Before the management API, whose tokens it does not take.
  registerDefinitions(app, services);
  mountManagement(app, services);
  app.notFound((c) => {
    const corrected = withCorrectedPath(c.req.raw);
    if (corrected !== undefined) return app.fetch(corrected, c.env, c.executionCtx);
    if (isOfrepPath(c.req.path)) return noOfrepRoute(c.req.raw, c.req.path);
    const { method, path } = c.req;
    const isReadOnly = /^\/(?:(?:healthz|llms\.txt|flags(?:\/[^/]+)?)\/?)?$/.test(path);
    const error = isReadOnly
      ? methodNotAllowed(method, "GET, HEAD, OPTIONS")
      : new HttpError(404, `no route for ${method} ${path}`);
    return errorResponse(error, c.req.raw, path);
  });
  app.onError((error, c) => {
    const httpError = toHttpError(error);
    if (httpError.status >= 500) services.logFailure(httpError, requestId(c.req.raw));
    return errorResponse(httpError, c.req.raw, c.req.path);
  });
  return app;
}

/**
 * Returns the request with a corrected path, or `undefined` if the path needs none. SDKs whose base URL ends with a
 * slash ask for `//ofrep/…`, and most SDKs do not escape the slashes of a flag's key. Only requests that match no route
 * get here, so the usual request pays nothing.
 */
function withCorrectedPath(request: Request): Request | undefined {
  const url = new URL(request.url);
  const flag = /^\/+ofrep\/+v1\/+evaluate\/+flags\/+(.*[^/])\/*$/.exec(url.pathname)?.[1];
  const path =
    flag === undefined
      ? url.pathname.replaceAll(/\/{2,}/g, "/")
      : `/ofrep/v1/evaluate/flags/${flag.replaceAll("/", "%2F")}`;
  if (path === url.pathname) return undefined;
  url.pathname = path;
  return new Request(url, request);
}
