import type { Context, Hono } from "hono";
import type { ChangeSubscription, FeedState } from "../../delivery/watch/change-feed.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import type { AppEnv, Services, StreamServices } from "../services.ts";
import { announcedVersion } from "../evaluation/announced-version.ts";
import { requireSdkKey, requireSdkKind, tokenOf, type VerifiedToken } from "../authenticate.ts";
import { ChangeStream, openingFrames } from "./change-stream.ts";
import { CORS_HEADERS } from "../cors.ts";
import { HttpError, methodNotAllowed, ofrepErrorResponse, toHttpError } from "../errors.ts";
import { requestId } from "../request-id.ts";
import { farewellFrame, STREAM_PATH } from "./stream-frames.ts";

/** Within the 30 s after which OpenFeature's web provider opens a new stream by itself, with a fetch before it (ms). */
const POLL_MIN_MS = 20_000;
const POLL_MAX_MS = 28_000;
/**
 * A version that this isolate has known for less than this may be newer than the answer that its client holds, which came
 * before the stream: an isolate that was idle answers at what it knows when neither Redis nor Postgres is there in half a
 * second, and what it knows may have come from a head that its data centre had kept for 30 s (ms).
 */
const SETTLED_MS = 91_000;

/** Change streams: `GET /ofrep/v1/stream`. */
export function registerStream(app: Hono<AppEnv>, services: Services): void {
  app.get(STREAM_PATH, async (c) => {
    try {
      return await open(c, services);
    } catch (error) {
      const httpError = toHttpError(error);
      services.metrics.refused(httpError.status);
      if (httpError.status >= 500) services.logFailure(httpError, requestId(c.req.raw));
      return ofrepErrorResponse(httpError, requestId(c.req.raw), undefined);
    }
  });
  app.all(STREAM_PATH, (c) =>
    ofrepErrorResponse(methodNotAllowed(c.req.method, "GET, HEAD, OPTIONS"), requestId(c.req.raw), undefined),
  );
}

async function open(c: Context<AppEnv>, services: Services): Promise<Response> {
  const { streams } = services;
  if (streams === undefined) throw new HttpError(404, "this deployment has no change streams");
  const request = c.req.raw;
  const token = await verify(services, request, c.req.query("key"));
  const scope: RequestScope = { waitUntil: (promise) => c.executionCtx.waitUntil(promise) };
  if (!(await services.source.listsKey(token.scope, token.id, scope))) requireSdkKey(token, {}, request);
  const told = announcedVersion(request.headers.get("last-event-id") ?? undefined);
  if (told !== undefined) await services.source.seekVersion(token.scope, told, scope);
  const subscription = streams.feed.subscribe(token.scope, scope);
  try {
    const state = await subscription.confirmed();
    if (state === "unknown-environment") throw new HttpError(401, "the key is revoked");
    // Never an error: the client would try again for ever, and faster than it polls.
    if (state === "unavailable") return closed(streams, subscription, "");
    requireSdkKey(token, state.keys, request);
    const frames = openingFrames(state, mustFetch(state, told, streams.clock.now()));
    const slot = request.method === "HEAD" ? undefined : streams.slots.take(() => subscription.close());
    if (slot === undefined) return closed(streams, subscription, frames);
    const stream = new ChangeStream({
      subscription,
      slot,
      opening: { version: state.version, frames },
      mayGoOn: ({ keys }) => isAllowed(token, keys, request),
      ...streams,
    });
    return answer(new ReadableStream(stream, { highWaterMark: 0 }));
  } catch (error) {
    subscription.close();
    throw error;
  }
}

/** Only public keys go into a URL: those of proxies and of logs see it. */
async function verify(services: Services, request: Request, queryKey: string | undefined): Promise<VerifiedToken> {
  const inHeader = tokenOf(request.headers);
  const presented = inHeader ?? queryKey;
  const token = requireSdkKind(await services.authenticator.verify(presented, request.headers));
  if (inHeader === undefined && token.kind === "server")
    throw new HttpError(403, "a server key goes into a header, never into a URL");
  return token;
}

/** Whether the client may hold the answer of an older version. `told`: the last one that it was told of. */
function mustFetch({ version, movedAt }: FeedState, told: number | undefined, now: number): boolean {
  return told === undefined ? now - movedAt < SETTLED_MS : told !== version;
}

function isAllowed(token: VerifiedToken, keys: FeedState["keys"], request: Request): boolean {
  try {
    requireSdkKey(token, keys, request);
    return true;
  } catch {
    return false;
  }
}

/** No stream, but what one would say first: a client that comes back at this pace polls, at the price of a version. */
function closed({ random }: StreamServices, subscription: ChangeSubscription, frames: string): Response {
  subscription.close();
  const retryMs = Math.round(POLL_MIN_MS + random() * (POLL_MAX_MS - POLL_MIN_MS));
  return answer(frames + farewellFrame(retryMs));
}

function answer(body: ReadableStream<Uint8Array> | string): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // Compression would hold events back.
      "cache-control": "no-store, no-transform",
      ...CORS_HEADERS,
    },
  });
}
