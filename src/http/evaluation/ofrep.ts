import type { Context, Hono } from "hono";
import type { AppEnv, Services } from "../services.ts";
import { readBody } from "../body.ts";
import { type BulkMembers, bulkMembers } from "./bulk-members.ts";
import { MAX_BODY_BYTES, parseEvaluationBody } from "./context.ts";
import { CORS_HEADERS, preflight } from "../cors.ts";
import { HttpError, methodNotAllowed, ofrepErrorResponse, ofrepRoute, toHttpError } from "../errors.ts";
import { announcedVersion } from "./announced-version.ts";
import { evaluateAll, evaluateOne, openRequest } from "./evaluate.ts";
import { OVERRIDES_HEADER } from "../overrides/presented-overrides.ts";
import { entityTag, matchesEntityTag, renderResolution } from "./render.ts";
import { requestId } from "../request-id.ts";

/** OFREP: `POST /ofrep/v1/evaluate/flags/{key}` and `POST /ofrep/v1/evaluate/flags`. */
export function registerOfrep(app: Hono<AppEnv>, services: Services): void {
  app.options("/ofrep/*", preflight);
  app.post("/ofrep/v1/evaluate/flags/:key", (c) => one(c, services));
  app.post("/ofrep/v1/evaluate/flags", (c) => all(c, services));
}

async function one(c: Context<AppEnv>, services: Services): Promise<Response> {
  const request = c.req.raw;
  const key = c.req.param("key") ?? "";
  try {
    const open = await openRequest(services, request, (promise) => c.executionCtx.waitUntil(promise));
    const context = parseEvaluationBody(await readBody(request, MAX_BODY_BYTES));
    const { flag, resolution, version, cacheStatus, timing, overrides } = await evaluateOne(
      services,
      open,
      key,
      context,
    );
    const response = new Response(renderResolution(flag, resolution).json, {
      // 400 and 500 are the only statuses that clients read an error code from.
      status: resolution.reason !== "ERROR" ? 200 : resolution.errorCode === "TARGETING_KEY_MISSING" ? 400 : 500,
      headers: answerHeaders(version, cacheStatus),
    });
    if (timing !== undefined) response.headers.set("server-timing", timing);
    if (overrides !== undefined) response.headers.set(OVERRIDES_HEADER, overrides);
    return response;
  } catch (error) {
    return failed(c, services, error, key);
  }
}

async function all(c: Context<AppEnv>, services: Services): Promise<Response> {
  const request = c.req.raw;
  try {
    const open = await openRequest(services, request, (promise) => c.executionCtx.waitUntil(promise));
    const context = parseEvaluationBody(await readBody(request, MAX_BODY_BYTES));
    const announced = announcedVersion(c.req.query("flagConfigEtag"));
    if (announced !== undefined) await services.source.seekVersion(open.environment, announced, open.scope);
    const { flags, resolutions, version, cacheStatus, timing, overrides } = await evaluateAll(services, open, context);
    const items = flags.map((flag, i) => renderResolution(flag, resolutions[i]!));
    const members = bulkMembers(open, services.streams !== undefined);
    const etag = entityTag(items, members.tagged);
    const ifNoneMatch = request.headers.get("if-none-match");
    // Who was told of another version than this answer's gets the answer, whatever it holds already.
    const mayBeKnown = announced === undefined || announced === version;
    const isKnown = ifNoneMatch !== null && mayBeKnown && matchesEntityTag(ifNoneMatch, etag);
    const response = new Response(isKnown ? null : bulkBody(items, members), {
      status: isKnown ? 304 : 200,
      headers: answerHeaders(version, cacheStatus),
    });
    response.headers.set("etag", etag);
    if (timing !== undefined) response.headers.set("server-timing", timing);
    if (overrides !== undefined) response.headers.set(OVERRIDES_HEADER, overrides);
    return response;
  } catch (error) {
    return failed(c, services, error, undefined);
  }
}

let lastHeaders: { version: number; cacheStatus: string; headers: Headers } | undefined;

/**
 * The headers of an answer. A warm isolate gives the same ones for as long as nothing changes, and copying a Headers
 * object costs workerd much less than reading a literal. The constructor of Response copies: nobody may change these.
 */
function answerHeaders(version: number, cacheStatus: string): Headers {
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

/** What is under /ofrep and not one of the two routes. */
export function noOfrepRoute(request: Request, path: string): Response {
  const { isEvaluation, key } = ofrepRoute(path);
  const error = isEvaluation
    ? methodNotAllowed(request.method, "OPTIONS, POST")
    : new HttpError(404, `no route for ${request.method} ${path}`);
  return ofrepErrorResponse(error, requestId(request), key);
}

/** Also what `GET /flags` answers. */
export function bulkBody(items: readonly { json: string }[], members: Pick<BulkMembers, "json">): string {
  let body = '{"flags":[';
  for (let i = 0; i < items.length; i++) body += i === 0 ? items[i]!.json : `,${items[i]!.json}`;
  return `${body}]${members.json}}`;
}

function failed(c: Context<AppEnv>, services: Services, error: unknown, key: string | undefined): Response {
  const httpError = toHttpError(error);
  const id = requestId(c.req.raw);
  services.metrics.refused(httpError.status);
  if (httpError.status >= 500) services.logFailure(httpError, id);
  return ofrepErrorResponse(httpError, id, key);
}
