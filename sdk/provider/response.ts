import { unreachableText } from "../client/network-failure.ts";

/** The deployment refused the key, or has no such route. Another attempt will hardly end differently. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The deployment asks for a pause before the next request. */
export class BusyError extends Error {
  override readonly name = "BusyError";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, message: string) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A body is read up to this length (characters). An environment of 100,000 flags is shorter. */
const MAX_BODY = 200_000_000;
/** The longest body that is read for an error's message (characters). Pages of proxies are longer. */
const MAX_ERROR = 10_000;
/** No deployment asks for a longer pause (ms). */
const MAX_RETRY_AFTER_MS = 600_000;

/** Returns the JSON of a response. @throws Error it is something else, such as a page of a proxy */
export async function jsonOf(response: Response, signal: AbortSignal): Promise<unknown> {
  const text = await textOf(response, MAX_BODY, signal);
  if (text.length >= MAX_BODY) throw new Error(`the response is longer than ${MAX_BODY} characters`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const type = response.headers.get("content-type") ?? "no content type";
    throw new Error(`the response is not JSON but ${type}: check that url is the address of a deployment`);
  }
}

/** Returns the error that a response stands for. `now` is the current time (ms since epoch). */
export async function failureOf(response: Response, now: number, signal: AbortSignal): Promise<Error> {
  const { status } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    await response.body?.cancel();
    const target = response.headers.get("location") ?? "an unnamed address";
    return new RefusedError(status, `the deployment redirects to ${target}: set url to its final address`);
  }
  const text = await textOf(response, MAX_ERROR, signal).catch(() => "");
  const message = `the deployment responded with ${status}${detailIn(text)}`;
  if (status === 401 || status === 403 || status === 404) return new RefusedError(status, message);
  const retryAfterMs = retryAfterIn(response.headers.get("retry-after"), now);
  return retryAfterMs === undefined ? new Error(message) : new BusyError(retryAfterMs, message);
}

/** Yields the chunks of a body until it ends, and cancels it once the signal aborts. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  const cancel = () => reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read().catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new Error(unreachableText(cause, "the deployment"), { cause });
      });
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    void cancel();
  }
}

async function textOf({ body }: Response, limit: number, signal: AbortSignal): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of chunksOf(body, signal)) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length >= limit) break;
  }
  return text;
}

/** Returns the pause that the header `Retry-After` asks for, in seconds or as a date (ms). */
function retryAfterIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
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
