/** Returns a response of server-sent events. */
export function eventStream(body: ReadableStream<Uint8Array> | string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // Compression would delay events.
      "cache-control": "no-store, no-transform",
      ...headers,
    },
  });
}
