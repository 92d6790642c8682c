import { createParser } from "eventsource-parser";
import { chunksOf } from "./response.ts";

/** No event of a deployment is longer (characters). */
const MAX_BUFFERED = 100_000;

/**
 * Reads the server-sent events of a body until it ends. Returns the pause before the next stream that it asked for
 * (ms), or `undefined`.
 *
 * @param onData called with the data of each event
 * @param onBytes called with each sign of life
 */
export async function readServerEvents(
  body: ReadableStream<Uint8Array>,
  { onData, onBytes = () => undefined }: { onData: (data: string) => void; onBytes?: (() => void) | undefined },
  signal: AbortSignal,
): Promise<number | undefined> {
  let retryMs: number | undefined;
  const parser = createParser({
    maxBufferSize: MAX_BUFFERED,
    onEvent: ({ data }) => onData(data),
    onRetry: (ms) => void (retryMs = ms),
  });
  const decoder = new TextDecoder();
  for await (const bytes of chunksOf(body, signal)) {
    onBytes();
    parser.feed(decoder.decode(bytes, { stream: true }));
  }
  return retryMs;
}
