import type { Hono } from "hono";
import { methodNotAllowed, ofrepErrorResponse, toHttpError } from "../errors.ts";
import { requestId } from "../request-id.ts";
import type { AppEnv, Services } from "../services.ts";

export const STREAM_PATH = "/ofrep/v1/stream";

/** Registers the change streams, `GET /ofrep/v1/stream`. An isolate without streams never loads their code. */
export function registerStream(app: Hono<AppEnv>, services: Services): void {
  app.get(STREAM_PATH, async (c) => {
    try {
      const { openStream } = await import("./open-stream.ts");
      return await openStream(c, services);
    } catch (error) {
      const httpError = toHttpError(error);
      services.metrics.countProblem(httpError.countedAs);
      if (httpError.status >= 500) services.logFailure(httpError, requestId(c.req.raw));
      return ofrepErrorResponse(httpError, requestId(c.req.raw), undefined);
    }
  });
  app.all(STREAM_PATH, (c) =>
    ofrepErrorResponse(methodNotAllowed(c.req.method, "GET, HEAD, OPTIONS"), requestId(c.req.raw), undefined),
  );
}
