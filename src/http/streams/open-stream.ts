import type { Context } from "hono";
import type { ChangeSubscription, FeedState } from "../../delivery/watch/change-feed.ts";
import type { RequestScope } from "../../delivery/request-scope.ts";
import type { AppEnv, Services, StreamServices } from "../services.ts";
import { type Announcement, parseAnnouncement } from "../evaluation/announcement.ts";
import { requireSdkKey, requireSdkKind, tokenOf, type VerifiedSdkKey } from "../authenticate.ts";
import { ChangeStream, type Opening, openingOf } from "./change-stream.ts";
import { CORS_HEADERS } from "../cors.ts";
import { HttpError } from "../errors.ts";
import { eventStream } from "./event-stream.ts";
import { farewellFrame } from "./stream-frames.ts";
import { waitUntilOf } from "../wait-until.ts";

/** Shorter than the 30 s after which OpenFeature's web provider fetches and opens a new stream by itself (ms). */
const POLL_MIN_MS = 20_000;
const POLL_MAX_MS = 28_000;
/**
 * A client fetches its flags before it opens a stream, so a version that this isolate has known for less than this may
 * be newer than the client's flags (ms). The bound is wide because an idle isolate whose backends do not respond within
 * half a second serves the version that it knows, and that may come from a head that its data centre had stored for 30
 * s.
 */
const SETTLED_MS = 91_000;
/**
 * A client whose stream carries no time fetched its flags at most this long before (ms). A boundary within that time is
 * announced. It is less than a minute, so that a running ramp is not announced to each new stream.
 */
const FETCHED_MS = 30_000;

/** Responds with a change stream. @throws HttpError */
export async function openStream(c: Context<AppEnv>, services: Services): Promise<Response> {
  const { streams } = services;
  if (streams === undefined) throw new HttpError(404, "this deployment has no change streams");
  const request = c.req.raw;
  const token = await verify(services, request, c.req.query("key"));
  const scope: RequestScope = { waitUntil: waitUntilOf(c) };
  if (!(await services.source.listsKey(token.environment, token.id, scope))) requireSdkKey(token, {}, request);
  const announcement = parseAnnouncement(request.headers.get("last-event-id") ?? undefined);
  if (announcement !== undefined) await services.source.seekVersion(token.environment, announcement.version, scope);
  const sees = token.kind === "client" ? "clientVisible" : "all";
  const feed = await streams.openFeed();
  const subscription = feed.subscribe(token.environment, scope, sees);
  try {
    const state = await subscription.confirmed();
    if (state === "unknown-environment") throw new HttpError(401, "the SDK key is revoked");
    // Not an error: on one, the client would retry for ever, and more often than it polls.
    if (state === "unavailable") return closed(streams, subscription, "");
    requireSdkKey(token, state.keys, request);
    const slot = request.method === "HEAD" ? undefined : streams.slots.take(() => subscription.close());
    // A stream waits for the schedules later, but this response is all that a client without one gets.
    if (slot === undefined && request.method !== "HEAD") await subscription.scheduled();
    const opening = openingFor(state, announcement, subscription, streams.clock.now());
    if (slot === undefined) return closed(streams, subscription, opening.frames);
    const stream = new ChangeStream({
      subscription,
      slot,
      opening,
      isAllowed: ({ keys }) => isAllowed(token, keys, request),
      ...streams,
    });
    return eventStream(new ReadableStream(stream, { highWaterMark: 0 }), CORS_HEADERS);
  } catch (error) {
    subscription.close();
    throw error;
  }
}

/** Verifies the key. Only public keys may be in a URL, because proxies and logs see it. */
async function verify(services: Services, request: Request, queryKey: string | undefined): Promise<VerifiedSdkKey> {
  const inHeader = tokenOf(request.headers);
  const presented = inHeader ?? queryKey;
  const token = requireSdkKind(await services.authenticator.verify(presented, request.headers));
  if (inHeader === undefined && token.kind === "server")
    throw new HttpError(403, "a server key goes into a header, never into a URL");
  return token;
}

/** `announcement` is the last state that an event or the start of a stream announced to the client. */
function openingFor(
  state: FeedState,
  announcement: Announcement | undefined,
  subscription: ChangeSubscription,
  now: number,
): Opening {
  // Whether the client may hold flags of an older version.
  const mustFetch =
    announcement === undefined ? now - state.movedAt < SETTLED_MS : announcement.version !== state.version;
  const seenAt = Math.min(announcement?.at ?? now - FETCHED_MS, now);
  return openingOf(state, { mustFetch, isScheduled: subscription.boundaryAfter(seenAt) <= now, seenAt, now });
}

function isAllowed(token: VerifiedSdkKey, keys: FeedState["keys"], request: Request): boolean {
  try {
    requireSdkKey(token, keys, request);
    return true;
  } catch {
    return false;
  }
}

/**
 * Responds with a stream's first frames and ends. A client that comes back at this pace polls, for the price of a head
 * check.
 */
function closed({ random }: StreamServices, subscription: ChangeSubscription, frames: string): Response {
  subscription.close();
  const retryMs = Math.round(POLL_MIN_MS + random() * (POLL_MAX_MS - POLL_MIN_MS));
  return eventStream(frames + farewellFrame(retryMs), CORS_HEADERS);
}
