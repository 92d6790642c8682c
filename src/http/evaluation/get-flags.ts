import type { Context, Hono } from "hono";
import { bulkTag, environmentTag, flagTag } from "../../delivery/publish/purge-targets.ts";
import type { CompiledFlag, Resolution } from "../../evaluation/types.ts";
import { KEYS_FIELD } from "../../flags/changes.ts";
import type { AppEnv, Services } from "../services.ts";
import { bulkMembers } from "./bulk-members.ts";
import { contextFromQuery } from "./context.ts";
import { CORS_HEADERS, preflight } from "../cors.ts";
import { canonicalTarget, type EndpointKey } from "./endpoint-cache.ts";
import { type HttpError, problemResponse, toHttpError } from "../errors.ts";
import {
  type EvaluationRequest,
  evaluateAll,
  evaluateOne,
  openRequest,
  type Provenance,
  provenanceHeaders,
} from "./evaluate.ts";
import { bulkBody } from "./ofrep.ts";
import { OVERRIDES_HEADER, OVERRIDES_PARAMETER, presentedOverrides } from "../overrides/presented-overrides.ts";
import { entityTag, matchesEntityTag, renderResolution } from "./render.ts";
import { requestId } from "../request-id.ts";

interface Answer extends Provenance {
  body: string;
  etag: string;
  flags: readonly CompiledFlag[];
  tags: string[];
}

/** `GET /flags/{name}` and `GET /flags`: the same answers for curl, `<script>` and CDNs; attributes are query parameters. */
export function registerFlags(app: Hono<AppEnv>, services: Services): void {
  // Not what is below a flag: /flags/{name}/update is for admin tokens, which no page holds.
  app.options("/flags", preflight);
  app.options("/flags/:name", preflight);
  app.get("/flags/:name", (c) => answer(c, services, c.req.param("name")));
  app.get("/flags", (c) => answer(c, services, undefined));
}

async function answer(c: Context<AppEnv>, services: Services, name: string | undefined): Promise<Response> {
  const request = c.req.raw;
  try {
    const url = new URL(request.url);
    const sdkKey = url.searchParams.get("sdkKey");
    const open = await openRequest(services, request, (promise) => c.executionCtx.waitUntil(promise), sdkKey);
    url.searchParams.delete("sdkKey");
    url.searchParams.delete(OVERRIDES_PARAMETER);
    const origin = request.headers.get("origin");
    const key: EndpointKey = {
      environment: open.token.scope,
      keyId: open.token.id,
      // A browser's answer names the change stream on the host that was asked.
      origin: origin === null ? "" : `${origin} ${url.host}`,
      target: canonicalTarget(url),
    };
    const hasOverrides = presentedOverrides(request) !== undefined;
    const cached = hasOverrides ? undefined : await fromEndpointCache(services, open, key);
    if (cached !== undefined) return conditional(request, cached);
    const context = contextFromQuery(url.searchParams);
    const made = name === undefined ? await bulk(services, open, context) : await single(services, open, name, context);
    const response = new Response(made.body, {
      headers: {
        "content-type": "application/json",
        // The client itself always revalidates; only the data centre keeps answers, because only it can be purged.
        "cache-control": hasOverrides ? "no-store" : "private, no-cache",
        vary: "Authorization, X-API-Key, Origin",
        etag: made.etag,
        ...provenanceHeaders(made),
        ...CORS_HEADERS,
      },
    });
    if (made.overrides !== undefined) response.headers.set(OVERRIDES_HEADER, made.overrides);
    const ttlSeconds = hasOverrides ? 0 : secondsToKeep(services, made.flags);
    if (services.endpointCache !== undefined && ttlSeconds > 0 && !made.isStale) {
      c.executionCtx.waitUntil(
        services.endpointCache.put(key, response.clone(), made.tags, ttlSeconds).catch(() => undefined),
      );
    }
    // After it is kept: how long it took belongs to this answer alone.
    if (made.timing !== undefined) response.headers.set("server-timing", made.timing);
    return conditional(request, response);
  } catch (error) {
    return failed(c, services, toHttpError(error), name);
  }
}

async function single(
  services: Services,
  open: EvaluationRequest,
  name: string,
  context: ReturnType<typeof contextFromQuery>,
): Promise<Answer> {
  const { flag, resolution, ...provenance } = await evaluateOne(services, open, name, context);
  const item = renderResolution(flag, resolution);
  const tags = [...commonTags(services, open), flagTag(services.prefix, open.token.scope, name)];
  // Who asks for one sample asks for a new draw.
  const etag = entityTag([item], flag.isRandom ? item.json : "");
  return { body: item.json, etag, flags: [flag], tags, ...provenance };
}

async function bulk(
  services: Services,
  open: EvaluationRequest,
  context: ReturnType<typeof contextFromQuery>,
): Promise<Answer> {
  const { flags, resolutions, ...provenance } = await evaluateAll(services, open, context);
  const items = flags.map((flag, i) => renderResolution(flag, resolutions[i] as Resolution));
  const tags = [...commonTags(services, open), bulkTag(services.prefix, open.token.scope)];
  const members = bulkMembers(open, services.streams !== undefined);
  return { body: bulkBody(items, members), etag: entityTag(items, members.tagged), flags, tags, ...provenance };
}

/** Revoking a key is a change of the `@keys` field, so it takes the kept answers with it. */
function commonTags({ prefix }: Services, { token }: EvaluationRequest): string[] {
  return [environmentTag(prefix, token.scope), flagTag(prefix, token.scope, KEYS_FIELD)];
}

/** A kept answer helps an isolate that would have to ask L2; one that is warm evaluates in less time than a look-up takes. */
async function fromEndpointCache(
  services: Services,
  open: EvaluationRequest,
  key: EndpointKey,
): Promise<Response | undefined> {
  if (services.endpointCache === undefined || open.scope.noCache === true || open.scope.minVersion !== undefined)
    return undefined;
  if (services.source.isWarm(open.environment)) return undefined;
  const kept = await services.endpointCache.match(key).catch(() => undefined);
  if (kept === undefined) return undefined;
  services.metrics.answered("edge");
  const version = Number(kept.headers.get("x-flags-version"));
  if (!services.source.adoptVersion(open.environment, version, open.scope)) return undefined;
  const response = new Response(kept.body, kept);
  response.headers.set("cache-control", "private, no-cache");
  response.headers.set("cache-status", "Burgee-Edge; hit");
  response.headers.delete("cache-tag");
  return response;
}

/** How long the data centre may keep an answer: never a sample, never one about where the caller is, never past a boundary. */
function secondsToKeep(services: Services, flags: readonly CompiledFlag[]): number {
  let seconds = services.endpointTtlSeconds;
  const now = services.now();
  for (const flag of flags) {
    if (flag.isRandom || flag.readsRequest) return 0;
    const boundary = flag.nextBoundary(now);
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

/** An unknown flag is a plain `false` for callers that only look at `value`. */
async function failed(
  c: Context<AppEnv>,
  services: Services,
  error: HttpError,
  name: string | undefined,
): Promise<Response> {
  const id = requestId(c.req.raw);
  services.metrics.refused(error.status);
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
