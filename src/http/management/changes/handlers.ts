import type { ChangeSubscription, FeedState } from "../../../delivery/watch/change-feed.ts";
import { farewellFrame } from "../../streams/stream-frames.ts";
import { ChangeStream } from "../../streams/change-stream.ts";
import { eventStream } from "../../streams/event-stream.ts";
import { mergeStreams } from "../../streams/merge-streams.ts";
import { HttpError } from "../../errors.ts";
import type { Services, StreamServices } from "../../services.ts";
import type { StreamSlot } from "../../streams/stream-slots.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { environmentOf, type ManagementContext, visibleEnvironments } from "../context.ts";
import { unknownEnvironment } from "../require.ts";
import type { FollowQuery } from "./input.ts";

/** A stream ends after this, so that its token is checked again (ms). */
const LIFETIME_MS = 60_000;
/** A client without a place in this isolate polls at this pace (ms). */
const POLL_MS = 5000;

/** An environment that a stream follows. */
interface Followed {
  environment: string;
  subscription: ChangeSubscription;
  state: FeedState;
}

/** Responds with the changes of the environment, and of those in `also`. @throws HttpError 403, 404, 503 */
export async function followChanges(
  { streams }: Pick<Services, "streams">,
  c: ManagementContext,
  { query: { also = [] } }: { query: FollowQuery },
): Promise<Response> {
  if (streams === undefined) throw new HttpError(404, "this deployment has no change streams");
  const names = new Set([environmentOf(c), ...also]);
  requireVisible(c, names);
  const [feed, scope] = [await streams.openFeed(), { waitUntil: waitUntilOf(c) }];
  const subscriptions = [...names].map((environment) => ({
    environment,
    subscription: feed.subscribe(environment, scope, "all"),
  }));
  const close = (): void => subscriptions.forEach(({ subscription }) => subscription.close());
  try {
    const followed = await confirm(subscriptions);
    const slot = c.req.raw.method === "HEAD" ? undefined : streams.slots.take(close);
    if (slot !== undefined) return eventStream(bodyOf(followed, slot, streams));
    close();
    return eventStream(followed.map(firstFrame).join("") + farewellFrame(POLL_MS));
  } catch (error) {
    close();
    throw error;
  }
}

/** The same error for every other environment, so that it does not tell which of them exist. @throws HttpError 403 */
function requireVisible(c: ManagementContext, names: ReadonlySet<string>): void {
  const visible = visibleEnvironments(c);
  if (visible !== null && ![...names].every((name) => visible.includes(name)))
    throw new HttpError(403, `the token is for ${visible.join(", ")} only`);
}

/**
 * Returns the environments of which something is known. The first one must be among them; the others are left out if
 * they are gone, because the client may not know that yet. @throws HttpError 404, 503
 */
async function confirm(subscriptions: readonly Omit<Followed, "state">[]): Promise<Followed[]> {
  const outcomes = await Promise.all(subscriptions.map(({ subscription }) => subscription.confirmed()));
  return subscriptions.flatMap((one, i) => {
    const state = outcomes[i];
    if (typeof state === "object") return [{ ...one, state }];
    if (i === 0 && state === "unknown-environment") throw unknownEnvironment(one.environment);
    if (i === 0) throw new HttpError(503, "no tier responds with the environment's version");
    one.subscription.close();
    return [];
  });
}

/** Each environment costs one of the response's subrequests a second, for a head check. So they share its lifetime. */
function bodyOf(followed: readonly Followed[], slot: StreamSlot, streams: StreamServices): ReadableStream<Uint8Array> {
  const lifetimeMs = Math.min(LIFETIME_MS, streams.lifetimeMs / followed.length);
  return mergeStreams(
    followed.map((one) => {
      const { environment, subscription, state } = one;
      const opening = { version: state.version, at: streams.clock.now(), frames: firstFrame(one) };
      const frame = ({ version }: { version: number }): string => changeFrame(environment, version);
      const options = { ...streams, subscription, slot, opening, lifetimeMs, isAllowed: () => true, frame };
      return new ReadableStream(new ChangeStream(options), { highWaterMark: 0 });
    }),
  );
}

function firstFrame({ environment, state }: Followed): string {
  return changeFrame(environment, state.version);
}

function changeFrame(environment: string, version: number): string {
  return `event: change\ndata: ${JSON.stringify({ environment, version })}\n\n`;
}
