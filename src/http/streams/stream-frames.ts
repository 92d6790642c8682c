/** The frames of OFREP's change streams, which are server-sent events. */

export const STREAM_PATH = "/ofrep/v1/stream";

/** The browser reconnects after this (ms), well within the 30 s that OpenFeature's web provider waits. */
const RETRY_MS = 3000;

/**
 * A comment that keeps proxies from ending an idle connection, and shows the worker whether the client is still there.
 */
export const KEEP_ALIVE = ": keep-alive\n\n";

/** The first frame of every stream. An `id` without data sets the client's Last-Event-ID and dispatches no event. */
export function helloFrame(version: number): string {
  return `retry: ${RETRY_MS}\nid: ${version}\n\n`;
}

/** Makes the client fetch its flags. `movedAt` is when this isolate learnt of the version (ms since epoch). */
export function changeFrame(version: number, movedAt: number): string {
  const data = { type: "refetchEvaluation", etag: String(version), lastModified: Math.floor(movedAt / 1000) };
  return `id: ${version}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The last frame of a stream that the client should reopen. */
export function farewellFrame(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
