/** What OFREP's change streams look like: server-sent events. */

export const STREAM_PATH = "/ofrep/v1/stream";

/** The browser comes back after this long (ms): well within the 30 s that OpenFeature's web provider waits. */
const RETRY_MS = 3000;

/** A comment: keeps proxies from ending an idle connection, and shows this worker that the client is still there. */
export const KEEP_ALIVE = ": keep-alive\n\n";

/** First of every stream: an `id` without data sets what the client sends as Last-Event-ID, and dispatches nothing. */
export function helloFrame(version: number): string {
  return `retry: ${RETRY_MS}\nid: ${version}\n\n`;
}

/** The client asks for its flags again. `movedAt`: when the version came to be known here (ms since epoch). */
export function changeFrame(version: number, movedAt: number): string {
  const data = { type: "refetchEvaluation", etag: String(version), lastModified: Math.floor(movedAt / 1000) };
  return `id: ${version}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Last of a stream that the client is to open again. */
export function farewellFrame(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}
