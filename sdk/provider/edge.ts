import { createParser } from "eventsource-parser";

/** How to reach a deployment. */
export interface EdgeOptions {
  /** The deployment, such as `https://flags.example.com`. */
  url: string;
  /** A server key of the environment. */
  key: string;
  fetch: typeof globalThis.fetch;
  /** A request for definitions may take this long (ms). */
  timeoutMs: number;
}

/** A response to a request for definitions. `undefined` if nothing has changed. */
export type Received = { body: unknown; etag: string | undefined } | undefined;

/** The deployment refused the key, or has no such route. Another attempt will hardly end differently. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How a stream ended. */
export interface StreamEnd {
  /** False if the deployment has no streams. */
  hasStreams: boolean;
  /** The pause before the next stream that the deployment asked for (ms). */
  retryMs: number | undefined;
}

/** A stream that is silent for longer than two of its comments is dead (ms). */
export const SILENCE_MS = 45_000;

/** No event of a deployment is longer (characters). */
const MAX_BUFFERED = 100_000;

/** The deployment, as an evaluator in another process uses it. */
export class Edge {
  readonly #options: EdgeOptions;
  readonly #definitions: URL;
  readonly #stream: URL;

  constructor(options: EdgeOptions, environment: string) {
    this.#options = options;
    const base = options.url.endsWith("/") ? options.url : `${options.url}/`;
    this.#definitions = new URL(`api/v1/environments/${environment}/definitions`, base);
    this.#stream = new URL("ofrep/v1/stream", base);
  }

  /**
   * Asks for definitions: all, or those that have changed.
   * @throws RefusedError the key is revoked or of another kind
   * @throws Error the deployment cannot be reached or does not respond in time
   */
  async definitions(
    {
      since,
      etag,
      announced,
    }: { since?: number | undefined; etag?: string | undefined; announced?: number | undefined },
    signal: AbortSignal,
  ): Promise<Received> {
    const url = new URL(this.#definitions);
    if (since !== undefined) url.searchParams.set("since", String(since));
    if (announced !== undefined) url.searchParams.set("announced", String(announced));
    const { fetch, timeoutMs } = this.#options;
    const response = await fetch(url, {
      headers: { ...this.#headers(), ...(etag !== undefined && { "if-none-match": etag }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status === 304) return undefined;
    if (!response.ok) throw await failureOf(response);
    return { body: await response.json(), etag: response.headers.get("etag") ?? undefined };
  }

  /**
   * Follows one change stream until it ends. It begins with an event if `version` is not the current one.
   *
   * @param onVersion called with each version that the stream announces
   * @param onBytes called with each sign of life
   * @throws RefusedError the key is revoked
   */
  async follow(
    version: number,
    { onVersion, onBytes }: { onVersion: (version: number) => void; onBytes: () => void },
    signal: AbortSignal,
  ): Promise<StreamEnd> {
    const response = await this.#options.fetch(this.#stream, {
      headers: { ...this.#headers(), accept: "text/event-stream", "last-event-id": String(version) },
      signal,
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return { hasStreams: false, retryMs: undefined };
    }
    if (!response.ok || response.body === null) throw await failureOf(response);
    let retryMs: number | undefined;
    const parser = createParser({
      maxBufferSize: MAX_BUFFERED,
      onEvent: ({ data }) => {
        const announced = versionIn(data);
        if (announced !== undefined) onVersion(announced);
      },
      onRetry: (ms) => void (retryMs = ms),
    });
    const decoder = new TextDecoder();
    for await (const bytes of chunksOf(response.body)) {
      onBytes();
      parser.feed(decoder.decode(bytes, { stream: true }));
    }
    return { hasStreams: true, retryMs };
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#options.key}` };
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Returns the version that an event announces. Its `etag` is `43`, or `43.1790000000000` for a schedule. */
function versionIn(data: string): number | undefined {
  try {
    const { type, etag } = JSON.parse(data) as { type?: unknown; etag?: unknown };
    const version = typeof etag === "string" ? Number.parseInt(etag, 10) : NaN;
    return type === "refetchEvaluation" && Number.isSafeInteger(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

async function failureOf(response: Response): Promise<Error> {
  const text = await response.text().catch(() => "");
  const message = `the deployment responded with ${response.status}${detailIn(text)}`;
  const isFinal = response.status === 401 || response.status === 403 || response.status === 404;
  return isFinal ? new RefusedError(response.status, message) : new Error(message);
}

function detailIn(text: string): string {
  try {
    const { detail, errorDetails } = JSON.parse(text) as { detail?: unknown; errorDetails?: unknown };
    const reason = detail ?? errorDetails;
    return typeof reason === "string" ? `: ${reason}` : "";
  } catch {
    return "";
  }
}
