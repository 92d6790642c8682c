import { farewellFrame } from "../../streams/stream-frames.ts";
import { ChangeStream } from "../../streams/change-stream.ts";
import { eventStream } from "../../streams/event-stream.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { unknownEnvironment } from "../require.ts";

/** A stream ends after this, so that its token is checked again (ms). */
const LIFETIME_MS = 60_000;
/** A client without a place in this isolate polls at this pace (ms). */
const POLL_MS = 5000;

/** Responds with the changes of the environment. @throws HttpError 404, 503 */
export async function followChanges({ streams }: Pick<Services, "streams">, c: ManagementContext): Promise<Response> {
  if (streams === undefined) throw new HttpError(404, "this deployment has no change streams");
  const environment = environmentOf(c);
  const feed = await streams.openFeed();
  const subscription = feed.subscribe(environment, { waitUntil: waitUntilOf(c) }, "all");
  try {
    const state = await subscription.confirmed();
    if (state === "unknown-environment") throw unknownEnvironment(environment);
    if (state === "unavailable") throw new HttpError(503, "no tier responds with the environment's version");
    const opening = { version: state.version, at: streams.clock.now(), frames: versionFrame(state) };
    const slot = c.req.raw.method === "HEAD" ? undefined : streams.slots.take(() => subscription.close());
    if (slot === undefined) {
      subscription.close();
      return eventStream(opening.frames + farewellFrame(POLL_MS));
    }
    const lifetimeMs = Math.min(LIFETIME_MS, streams.lifetimeMs);
    const options = { ...streams, subscription, slot, opening, lifetimeMs, isAllowed: () => true, frame: versionFrame };
    return eventStream(new ReadableStream(new ChangeStream(options), { highWaterMark: 0 }));
  } catch (error) {
    subscription.close();
    throw error;
  }
}

function versionFrame({ version }: { version: number }): string {
  return `event: change\ndata: ${JSON.stringify({ version })}\n\n`;
}
