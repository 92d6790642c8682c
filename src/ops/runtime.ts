/** The parts of workerd that the web platform's types do not include. */

/** A named cache of the Cache API. Each data centre has its own. */
export interface EdgeCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

export function openEdgeCache(name: string): Promise<EdgeCache> {
  return (globalThis as unknown as { caches: { open(name: string): Promise<EdgeCache> } }).caches.open(name);
}

/** The parts of a request that flags can depend on. Every `Request` has them. */
export interface RequestFacts {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Cloudflare's facts about the request's origin. */
  readonly cf?: unknown;
}

/** Returns Cloudflare's facts about the request's origin; empty on other platforms. */
export function cfOf(request: object): Readonly<Record<string, unknown>> {
  return (request as { cf?: Record<string, unknown> }).cf ?? {};
}

/** The parts of workerd's execution context that this worker uses. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  props: unknown;
}
