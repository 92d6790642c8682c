import type { Hono } from "hono";
import type { AppEnv, Services } from "../services.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import type { ErrorCode, EvaluationContext } from "../../evaluation/types.ts";
import { readBody, refuseEncodedBody } from "../body.ts";
import { type BulkMembers, bulkMembers } from "./bulk-members.ts";
import { MAX_BODY_BYTES, parseEvaluationBody } from "./context.ts";
import { preflight } from "../cors.ts";
import { HttpError, methodNotAllowed, ofrepErrorResponse, ofrepRoute, toHttpError } from "../errors.ts";
import { parseAnnouncement } from "./announcement.ts";
import { evaluateAll, evaluateOne, flagSetIdFor, openRequest } from "./evaluate.ts";
import { OVERRIDES_HEADER } from "../overrides/presented-overrides.ts";
import { entityTag, matchesEntityTag, type Rendered, renderResolution } from "./render.ts";
import { requestId } from "../request-id.ts";
import { sharedHeaders } from "./shared-headers.ts";
import { waitUntilOf } from "../wait-until.ts";

/** The errors that another context could avoid. Clients read an error code only from a status of 400 or 500. */
const CAUSED_BY_CALLER = new Set<ErrorCode>(["TARGETING_KEY_MISSING", "INVALID_CONTEXT"]);

/** Registers OFREP's routes, `POST /ofrep/v1/evaluate/flags/{key}` and `POST /ofrep/v1/evaluate/flags`. */
export function registerOfrep(app: Hono<AppEnv>, services: Services): void {
  app.options("/ofrep/*", preflight);
  app.post("/ofrep/v1/evaluate/flags/:key", (c) =>
    evaluateFlag(services, c.req.raw, waitUntilOf(c), c.req.param("key")),
  );
  app.post("/ofrep/v1/evaluate/flags", (c) =>
    evaluateFlags(services, c.req.raw, waitUntilOf(c), c.req.query("flagConfigEtag")),
  );
}

/** Responds to the evaluation of one flag. */
export async function evaluateFlag(
  services: Services,
  request: Request,
  waitUntil: RequestScope["waitUntil"],
  key: string,
): Promise<Response> {
  try {
    const opened = await openRequest(services, request, waitUntil);
    const context = await readContext(request);
    const { flag, resolution, version, cacheStatus, timing, overrides } = await evaluateOne(
      services,
      opened,
      key,
      context,
    );
    const response = new Response(renderResolution(flag, resolution, flagSetIdFor(opened)).json, {
      status: resolution.reason !== "ERROR" ? 200 : CAUSED_BY_CALLER.has(resolution.errorCode) ? 400 : 500,
      headers: responseHeaders(version, cacheStatus),
    });
    if (timing !== undefined) response.headers.set("server-timing", timing);
    if (overrides !== undefined) response.headers.set(OVERRIDES_HEADER, overrides);
    return response;
  } catch (error) {
    return failed(services, request, error, key);
  }
}

/** Responds to a bulk evaluation. `announced` is the announcement that the client repeats, if any. */
export async function evaluateFlags(
  services: Services,
  request: Request,
  waitUntil: RequestScope["waitUntil"],
  announced: string | undefined,
): Promise<Response> {
  try {
    const opened = await openRequest(services, request, waitUntil);
    const context = await readContext(request);
    const announcement = parseAnnouncement(announced);
    if (announcement !== undefined)
      await services.source.seekVersion(opened.environment, announcement.version, opened.scope);
    const { flags, resolutions, version, cacheStatus, timing, overrides } = await evaluateAll(
      services,
      opened,
      context,
      announcement?.at,
    );
    const flagSetId = flagSetIdFor(opened);
    const items = flags.map((flag, i) => renderResolution(flag, resolutions[i]!, flagSetId));
    const members = bulkMembers(opened, services.streams !== undefined);
    const etag = entityTag(items, members.tagged);
    const ifNoneMatch = request.headers.get("if-none-match");
    // A client that was told about a different version gets the full body, even if its ETag still matches.
    const mayBeKnown = announcement === undefined || announcement.version === version;
    const isKnown = ifNoneMatch !== null && mayBeKnown && matchesEntityTag(ifNoneMatch, etag);
    const response = new Response(isKnown ? null : bulkBody(items, members), {
      status: isKnown ? 304 : 200,
      headers: responseHeaders(version, cacheStatus),
    });
    response.headers.set("etag", etag);
    if (timing !== undefined) response.headers.set("server-timing", timing);
    if (overrides !== undefined) response.headers.set(OVERRIDES_HEADER, overrides);
    return response;
  } catch (error) {
    return failed(services, request, error, undefined);
  }
}

async function readContext(request: Request): Promise<EvaluationContext> {
  const text = await readBody(request, MAX_BODY_BYTES);
  try {
    return parseEvaluationBody(text);
  } catch (error) {
    // Check this only after a failure, so that the usual request does not pay for it.
    refuseEncodedBody(request);
    throw error;
  }
}

const responseHeaders = sharedHeaders({ "cache-control": "no-store" });

/** The response to a path under /ofrep that is not one of the two routes. */
export function noOfrepRoute(request: Request, path: string): Response {
  const { isEvaluation, key } = ofrepRoute(path);
  const error = isEvaluation
    ? methodNotAllowed(request.method, "OPTIONS, POST")
    : new HttpError(404, `no route for ${request.method} ${path}`);
  return ofrepErrorResponse(error, requestId(request), key);
}

/** Returns the body of a bulk response, for OFREP and for `GET /flags`. */
export function bulkBody(
  items: readonly Pick<Rendered, "json" | "next">[],
  members: Pick<BulkMembers, "json">,
): string {
  let body = `{"flags":[${items[0]?.json ?? ""}`;
  for (let i = 1; i < items.length; i++) body += items[i]!.next;
  return `${body}]${members.json}}`;
}

function failed(services: Services, request: Request, error: unknown, key: string | undefined): Response {
  const httpError = toHttpError(error);
  const id = requestId(request);
  services.metrics.countProblem(httpError.countedAs);
  if (httpError.status >= 500) services.logFailure(httpError, id);
  return ofrepErrorResponse(httpError, id, key);
}
