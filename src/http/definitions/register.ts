import type { Hono } from "hono";
import { errorResponse, methodNotAllowed, toHttpError } from "../errors.ts";
import { requestId } from "../request-id.ts";
import type { AppEnv, Services } from "../services.ts";
import { waitUntilOf } from "../wait-until.ts";

const ALLOWED = "GET, HEAD, OPTIONS";
const PATH = "/api/v1/environments/:env/definitions";

/** Registers the definitions of an environment, for evaluators in other processes. The code loads on first use. */
export function registerDefinitions(app: Hono<AppEnv>, services: Services): void {
  app.get(PATH, async (c) => {
    const request = c.req.raw;
    try {
      const { definitionsResponse } = await import("./definitions.ts");
      const { since, announced } = c.req.query() as { since?: string; announced?: string };
      const query = { environment: c.req.param("env"), since, announced };
      return await definitionsResponse(services, request, waitUntilOf(c), query);
    } catch (error) {
      const httpError = toHttpError(error);
      services.metrics.countProblem(httpError.countedAs);
      if (httpError.status >= 500) services.logFailure(httpError, requestId(request));
      return errorResponse(httpError, request, c.req.path);
    }
  });
  app.options(PATH, () => new Response(null, { status: 204, headers: { allow: ALLOWED } }));
  app.all(PATH, (c) => errorResponse(methodNotAllowed(c.req.method, ALLOWED), c.req.raw, c.req.path));
}
