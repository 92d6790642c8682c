/** The few things that workerd has and the web platform's types do not. */

/** A named cache of the Cache API: one data centre's. */
export interface EdgeCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

export function openEdgeCache(name: string): Promise<EdgeCache> {
  return (globalThis as unknown as { caches: { open(name: string): Promise<EdgeCache> } }).caches.open(name);
}

/** What Cloudflare says about where a request came from; absent elsewhere. */
export function cfOf(request: Request): Readonly<Record<string, unknown>> {
  return (request as { cf?: Record<string, unknown> }).cf ?? {};
}

/** What workerd hands to each handler, as far as it is used. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  props: unknown;
}
