import type { Hono } from "hono";
import { bulkTag, environmentTag, flagTag } from "../../delivery/publish/purge-targets.ts";
import type { CompiledFlag, EvaluationContext, Resolution } from "../../evaluation/types.ts";
import { KEYS_FIELD } from "../../flags/changes.ts";
import type { AppEnv, Services } from "../services.ts";
import { type BulkMembers, bulkMembers, NO_MEMBERS } from "./bulk-members.ts";
import { contextFromQuery, queryOf } from "./context.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import { CORS_HEADERS, preflight } from "../cors.ts";
import type { EndpointKey } from "./endpoint-cache.ts";
import { type HttpError, problemResponse, toHttpError } from "../errors.ts";
import {
  type EvaluationRequest,
  evaluateAll,
  evaluateOne,
  flagSetIdFor,
  openRequest,
  type Provenance,
} from "./evaluate.ts";
import { bulkBody } from "./ofrep.ts";
import { OVERRIDES_HEADER, OVERRIDES_PARAMETER, presentedOverrides } from "../overrides/presented-overrides.ts";
import { entityTag, matchesEntityTag, renderResolution } from "./render.ts";
import { requestId } from "../request-id.ts";
import { sharedHeaders } from "./shared-headers.ts";
import { waitUntilOf } from "../wait-until.ts";

/** A response before it is sent. */
interface FlagsResponse extends Provenance {
  body: string;
  etag: string;
  flags: readonly CompiledFlag[];
}

const VARY = { vary: "Authorization, X-API-Key, Origin" };
// The client always revalidates. Only the data centre stores responses, because only it can be purged.
const revalidatedHeaders = sharedHeaders({ "cache-control": "private, no-cache", ...VARY });
const privateHeaders = sharedHeaders({ "cache-control": "no-store", ...VARY });

/**
 * Registers `GET /flags/{name}` and `GET /flags`: the same results as OFREP's, for curl, `<script>` and CDNs.
 * Attributes are query parameters.
 */
export function registerFlags(app: Hono<AppEnv>, services: Services): void {
  // Paths below a flag have no preflight: /flags/{name}/update takes admin tokens, which no page holds.
  app.options("/flags", preflight);
  app.options("/flags/:name", preflight);
  app.get("/flags/:name", (c) => respondToGet(services, c.req.raw, waitUntilOf(c), c.req.param("name")));
  app.get("/flags", (c) => respondToGet(services, c.req.raw, waitUntilOf(c), undefined));
}

/** Responds with one flag, or with all flags if `name` is undefined. */
export async function respondToGet(
  services: Services,
  request: Request,
  waitUntil: RequestScope["waitUntil"],
  name: string | undefined,
): Promise<Response> {
  try {
    const query = queryOf(request.url);
    const sdkKey = query.find(([parameter]) => parameter === "sdkKey")?.[1];
    const opened = await openRequest(services, request, waitUntil, sdkKey);
    const context = contextFromQuery(
      query.filter(([parameter]) => parameter !== "sdkKey" && parameter !== OVERRIDES_PARAMETER),
    );
    const members = name === undefined ? bulkMembers(opened, services.streams !== undefined) : NO_MEMBERS;
    const hasOverrides = presentedOverrides(request) !== undefined;
    const key = () => endpointKey(opened, name, context, members);
    const cached = hasOverrides ? undefined : await fromEndpointCache(services, opened, key);
    if (cached !== undefined) return conditional(request, cached);
    const rendered =
      name === undefined
        ? await bulk(services, opened, context, members)
        : await single(services, opened, name, context);
    const headersOf = hasOverrides ? privateHeaders : revalidatedHeaders;
    const response = new Response(rendered.body, { headers: headersOf(rendered.version, rendered.cacheStatus) });
    response.headers.set("etag", rendered.etag);
    if (rendered.overrides !== undefined) response.headers.set(OVERRIDES_HEADER, rendered.overrides);
    if (services.endpointCache !== undefined && !hasOverrides && !rendered.isStale) {
      const ttlSeconds = secondsToStore(services, rendered);
      if (ttlSeconds > 0) {
        const tags = tagsOf(services, opened, name);
        waitUntil(services.endpointCache.put(key(), response.clone(), tags, ttlSeconds).catch(() => undefined));
      }
    }
    // Set after the response is stored, because the time belongs to this response alone.
    if (rendered.timing !== undefined) response.headers.set("server-timing", rendered.timing);
    return conditional(request, response);
  } catch (error) {
    return failed(services, request, toHttpError(error), name);
  }
}

function endpointKey(
  { environment, keyId, token, request }: EvaluationRequest,
  flagKey: string | undefined,
  context: EvaluationContext,
  members: BulkMembers,
): EndpointKey {
  const { kind: keyKind, secretHash: keyHash } = token;
  const origin = request.headers.get("origin");
  return { environment, keyId, keyKind, keyHash, origin, flagKey, context, members: members.json };
}

async function single(
  services: Services,
  opened: EvaluationRequest,
  name: string,
  context: EvaluationContext,
): Promise<FlagsResponse> {
  const { flag, resolution, ...provenance } = await evaluateOne(services, opened, name, context);
  const item = renderResolution(flag, resolution, flagSetIdFor(opened));
  // A request for one sample asks for a new draw.
  const etag = entityTag([item], flag.isRandom ? item.json : "");
  return { body: item.json, etag, flags: [flag], ...provenance };
}

async function bulk(
  services: Services,
  opened: EvaluationRequest,
  context: EvaluationContext,
  members: BulkMembers,
): Promise<FlagsResponse> {
  const { flags, resolutions, ...provenance } = await evaluateAll(services, opened, context);
  const flagSetId = flagSetIdFor(opened);
  const items = flags.map((flag, i) => renderResolution(flag, resolutions[i] as Resolution, flagSetId));
  return { body: bulkBody(items, members), etag: entityTag(items, members.tagged), flags, ...provenance };
}

/** Revoking a key changes the `@keys` field, so its purge also removes the stored responses. */
function tagsOf({ prefix }: Services, { environment }: EvaluationRequest, name: string | undefined): string[] {
  return [
    environmentTag(prefix, environment),
    flagTag(prefix, environment, KEYS_FIELD),
    name === undefined ? bulkTag(prefix, environment) : flagTag(prefix, environment, name),
  ];
}

/** Returns the stored response, unless the isolate is warm: then it evaluates in less time than the look-up takes. */
async function fromEndpointCache(
  services: Services,
  opened: EvaluationRequest,
  key: () => EndpointKey,
): Promise<Response | undefined> {
  if (services.endpointCache === undefined || opened.scope.noCache === true || opened.scope.minVersion !== undefined)
    return undefined;
  if (services.source.isWarm(opened.environment)) return undefined;
  const stored = await services.endpointCache.match(key()).catch(() => undefined);
  if (stored === undefined) return undefined;
  services.metrics.countResult("edge");
  const version = Number(stored.headers.get("x-flags-version"));
  if (!services.source.adoptVersion(opened.environment, version, opened.scope)) return undefined;
  const response = new Response(stored.body, stored);
  response.headers.set("cache-control", "private, no-cache");
  response.headers.set("cache-status", "Burgee-Edge; hit");
  response.headers.delete("cache-tag");
  return response;
}

/** A result that depends on the age of an instant may change at any time, so it is not kept for longer. */
const MAX_SECONDS_WITH_AGE = 60;

/**
 * Returns how long the data centre may store a response: not at all if it holds a sample or depends on the caller's
 * location, and never past a boundary at which a flag's value changes. The time left until the boundary counts from the
 * instant of the evaluation, because the boundary may have passed while the flags were read.
 */
function secondsToStore(services: Services, { flags, evaluatedAt }: FlagsResponse): number {
  let seconds = services.endpointTtlSeconds;
  const now = services.now();
  for (const flag of flags) {
    if (flag.isRandom || flag.readsRequest) return 0;
    if (flag.readsAge) seconds = Math.min(seconds, MAX_SECONDS_WITH_AGE);
    const boundary = flag.nextBoundary(evaluatedAt);
    if (boundary !== undefined) seconds = Math.min(seconds, Math.floor((boundary - now) / 1000));
  }
  return seconds;
}

function conditional(request: Request, response: Response): Response {
  const ifNoneMatch = request.headers.get("if-none-match");
  const etag = response.headers.get("etag");
  if (ifNoneMatch === null || etag === null || !matchesEntityTag(ifNoneMatch, etag)) return response;
  const headers = new Headers(response.headers);
  headers.delete("content-type");
  return new Response(null, { status: 304, headers });
}

/** Responds to an unknown flag with the value `false`, for callers that only look at `value`. */
async function failed(
  services: Services,
  request: Request,
  error: HttpError,
  name: string | undefined,
): Promise<Response> {
  const id = requestId(request);
  services.metrics.countProblem(error.countedAs);
  if (error.status >= 500) services.logFailure(error, id);
  let response = problemResponse(error, id);
  if (error.code === "FLAG_NOT_FOUND") {
    const problem = (await response.json()) as object;
    const body = { key: name, value: false, errorCode: error.code, ...problem };
    response = new Response(JSON.stringify(body), response);
  }
  for (const [header, value] of Object.entries(CORS_HEADERS)) response.headers.set(header, value);
  return response;
}
