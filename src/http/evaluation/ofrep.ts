import type { Context, Hono } from "hono";
import type { AppEnv, Services } from "../services.ts";
import type { EvaluationContext } from "../../evaluation/types.ts";
import { readBody, refuseEncodedBody } from "../body.ts";
import { type BulkMembers, bulkMembers } from "./bulk-members.ts";
import { MAX_BODY_BYTES, parseEvaluationBody } from "./context.ts";
import { CORS_HEADERS, preflight } from "../cors.ts";
import { HttpError, methodNotAllowed, ofrepErrorResponse, ofrepRoute, toHttpError } from "../errors.ts";
import { parseAnnouncement } from "./announcement.ts";
import { evaluateAll, evaluateOne, openRequest } from "./evaluate.ts";
import { OVERRIDES_HEADER } from "../overrides/presented-overrides.ts";
import { entityTag, matchesEntityTag, renderResolution } from "./render.ts";
import { requestId } from "../request-id.ts";

/** Registers OFREP's routes, `POST /ofrep/v1/evaluate/flags/{key}` and `POST /ofrep/v1/evaluate/flags`. */
export function registerOfrep(app: Hono<AppEnv>, services: Services): void {
  app.options("/ofrep/*", preflight);
  app.post("/ofrep/v1/evaluate/flags/:key", (c) => evaluateFlag(c, services));
  app.post("/ofrep/v1/evaluate/flags", (c) => evaluateFlags(c, services));
}

async function evaluateFlag(c: Context<AppEnv>, services: Services): Promise<Response> {
  const request = c.req.raw;
  const key = c.req.param("key") ?? "";
  try {
    const opened = await openRequest(services, request, (promise) => c.executionCtx.waitUntil(promise));
    const context = await readContext(request);
    const { flag, resolution, version, cacheStatus, timing, overrides } = await evaluateOne(
      services,
      opened,
      key,
      context,
    );
    const response = new Response(renderResolution(flag, resolution).json, {
      // Clients read an error code only from responses with status 400 or 500.
      status: resolution.reason !== "ERROR" ? 200 : resolution.errorCode === "TARGETING_KEY_MISSING" ? 400 : 500,
      headers: responseHeaders(version, cacheStatus),
    });
    if (timing !== undefined) response.headers.set("server-timing", timing);
    if (overrides !== undefined) response.headers.set(OVERRIDES_HEADER, overrides);
    return response;
  } catch (error) {
    return failed(c, services, error, key);
  }
}

async function evaluateFlags(c: Context<AppEnv>, services: Services): Promise<Response> {
  const request = c.req.raw;
  try {
    const opened = await openRequest(services, request, (promise) => c.executionCtx.waitUntil(promise));
    const context = await readContext(request);
    const announcement = parseAnnouncement(c.req.query("flagConfigEtag"));
    if (announcement !== undefined)
      await services.source.seekVersion(opened.environment, announcement.version, opened.scope);
    const { flags, resolutions, version, cacheStatus, timing, overrides } = await evaluateAll(
      services,
      opened,
      context,
      announcement?.at,
    );
    const items = flags.map((flag, i) => renderResolution(flag, resolutions[i]!));
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
    return failed(c, services, error, undefined);
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

let lastHeaders: { version: number; cacheStatus: string; headers: Headers } | undefined;

/**
 * Returns a response's headers. A warm isolate sends the same ones until something changes, and for workerd copying a
 * Headers object costs much less than reading a literal. The constructor of Response copies them; nothing else may
 * change them.
 */
function responseHeaders(version: number, cacheStatus: string): Headers {
  if (lastHeaders?.version === version && lastHeaders.cacheStatus === cacheStatus) return lastHeaders.headers;
  const headers = new Headers({
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-flags-version": String(version),
    "cache-status": cacheStatus,
    ...CORS_HEADERS,
  });
  lastHeaders = { version, cacheStatus, headers };
  return headers;
}

/** The response to a path under /ofrep that is not one of the two routes. */
export function noOfrepRoute(request: Request, path: string): Response {
  const { isEvaluation, key } = ofrepRoute(path);
  const error = isEvaluation
    ? methodNotAllowed(request.method, "OPTIONS, POST")
    : new HttpError(404, `no route for ${request.method} ${path}`);
  return ofrepErrorResponse(error, requestId(request), key);
}

/** Returns the body of a bulk response, for OFREP and for `GET /flags`. */
export function bulkBody(items: readonly { json: string }[], members: Pick<BulkMembers, "json">): string {
  let body = '{"flags":[';
  for (let i = 0; i < items.length; i++) body += i === 0 ? items[i]!.json : `,${items[i]!.json}`;
  return `${body}]${members.json}}`;
}

function failed(c: Context<AppEnv>, services: Services, error: unknown, key: string | undefined): Response {
  const httpError = toHttpError(error);
  const id = requestId(c.req.raw);
  services.metrics.countProblem(httpError.countedAs);
  if (httpError.status >= 500) services.logFailure(httpError, id);
  return ofrepErrorResponse(httpError, id, key);
}
