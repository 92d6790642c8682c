/** The parts of workerd that the web platform's types do not include. */

/** A named cache of the Cache API. Each data centre has its own. */
export interface EdgeCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

export function openEdgeCache(name: string): Promise<EdgeCache> {
  return (globalThis as unknown as { caches: { open(name: string): Promise<EdgeCache> } }).caches.open(name);
}

/** Returns Cloudflare's facts about the request's origin; empty on other platforms. */
export function cfOf(request: Request): Readonly<Record<string, unknown>> {
  return (request as { cf?: Record<string, unknown> }).cf ?? {};
}

/** The parts of workerd's execution context that this worker uses. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  props: unknown;
}
