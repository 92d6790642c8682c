import type { Clock } from "../../src/ops/clock.ts";
import { baseUrl } from "../client/base-url.ts";
import { unreachableText } from "../client/network-failure.ts";
import { linkedTo, untilAborted } from "./linked-signal.ts";
import { failureOf, jsonOf } from "./response.ts";
import { readServerEvents } from "./server-events.ts";

/** How to reach a deployment. */
export interface EdgeOptions {
  /** The deployment, such as `https://flags.example.com`. */
  url: string;
  /** A server key of the environment. */
  key: string;
  fetch: typeof globalThis.fetch;
  /** A request for definitions may take this long (ms). */
  timeoutMs: number;
  clock: Clock;
}

/** A response to a request for definitions. `undefined` if nothing has changed. */
export type Received = { body: unknown; etag: string | undefined } | undefined;

/** How a stream ended. */
export interface StreamEnd {
  /** False if the deployment has no streams, or a proxy lets none through. */
  hasStreams: boolean;
  /** The pause before the next stream that the deployment asked for (ms). */
  retryMs: number | undefined;
}

/** A stream that is silent for longer than two of its comments is dead (ms). */
export const SILENCE_MS = 45_000;

/** The deployment, as an evaluator in another process uses it. */
export class Edge {
  readonly #options: EdgeOptions;
  readonly #definitions: URL;
  readonly #stream: URL;
  readonly #usage: URL;

  constructor(options: EdgeOptions, environment: string) {
    this.#options = options;
    const base = baseUrl(options.url);
    this.#definitions = new URL(`api/v1/environments/${environment}/definitions`, base);
    this.#stream = new URL("ofrep/v1/stream", base);
    this.#usage = new URL(`api/v1/environments/${environment}/usage`, base);
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
    const { clock, timeoutMs } = this.#options;
    const { controller, release } = linkedTo(signal);
    const isLate = new Error(`the deployment did not respond within ${timeoutMs} ms`);
    void clock.sleep(timeoutMs, controller.signal).then(() => controller.abort(isLate));
    try {
      const headers: Record<string, string> = etag === undefined ? {} : { "if-none-match": etag };
      return await untilAborted(this.#ask(url, headers, controller.signal), controller.signal);
    } finally {
      release();
    }
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
    const response = await this.#send(
      this.#stream,
      { accept: "text/event-stream", "last-event-id": String(version) },
      signal,
    );
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (response.status === 404 || (response.ok && !isStream)) {
      await response.body?.cancel();
      return { hasStreams: false, retryMs: undefined };
    }
    if (!response.ok || response.body === null) throw await failureOf(response, this.#options.clock.now(), signal);
    const onData = (data: string): void => {
      const announced = versionIn(data);
      if (announced !== undefined) onVersion(announced);
    };
    return { hasStreams: true, retryMs: await readServerEvents(response.body, { onData, onBytes }, signal) };
  }

  /** Sends a report of evaluations. Returns the status of the response. @throws Error there is none in time */
  async report(body: string, signal: AbortSignal): Promise<number> {
    const { clock, timeoutMs } = this.#options;
    const { controller, release } = linkedTo(signal);
    void clock.sleep(timeoutMs, controller.signal).then(() => controller.abort());
    try {
      const headers = { "content-type": "application/json" };
      const response = await this.#send(this.#usage, headers, controller.signal, body);
      await response.body?.cancel();
      return response.status;
    } finally {
      release();
    }
  }

  async #ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Received> {
    const response = await this.#send(url, headers, signal);
    if (response.status === 304 && "if-none-match" in headers) return undefined;
    if (!response.ok) throw await failureOf(response, this.#options.clock.now(), signal);
    return { body: await jsonOf(response, signal), etag: response.headers.get("etag") ?? undefined };
  }

  /** Follows no redirect: the key is only for the deployment. Discards a response that comes after the end. */
  async #send(url: URL, headers: Record<string, string>, signal: AbortSignal, body?: string): Promise<Response> {
    const { fetch, key } = this.#options;
    const authorization = `Bearer ${key}`;
    const init = { headers: { authorization, ...headers }, redirect: "manual", signal } as const;
    const sent = fetch(url, body === undefined ? init : { ...init, method: "POST", body }).catch((cause: unknown) => {
      throw new Error(unreachableText(cause, url.origin), { cause });
    });
    const discard = (response: Response) => (signal.aborted ? response.body?.cancel() : undefined);
    void sent.then(discard).catch(() => undefined);
    return await untilAborted(sent, signal);
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
