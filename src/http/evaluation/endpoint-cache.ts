import type { EdgeCache } from "../../ops/runtime.ts";

/**
 * GET answers kept at the data centre (the "endpoint cache"), for isolates that hold nothing themselves yet.
 * Entries are tagged, so it is used only where a purge transport is configured.
 */
export interface EndpointCache {
  match(request: EndpointKey): Promise<Response | undefined>;
  put(request: EndpointKey, response: Response, tags: readonly string[], ttlSeconds: number): Promise<void>;
}

/** Everything that an answer depends on besides the flags themselves. */
export interface EndpointKey {
  environment: string;
  /** Key table entries differ in what they may see and from where. */
  keyId: string;
  origin: string;
  /** Path and canonical query: attributes sorted by name, without the SDK key. */
  target: string;
}

/** Over Cloudflare's Cache API: one data centre, deleted by tag. */
export function createCacheApiEndpointCache(prefix: string, open: () => Promise<EdgeCache>): EndpointCache {
  return {
    async match(key) {
      return (await open()).match(cacheUrl(prefix, key));
    },
    async put(key, response, tags, ttlSeconds) {
      const stored = new Response(response.body, response);
      stored.headers.set("cache-control", `public, max-age=${ttlSeconds}`);
      stored.headers.set("cache-tag", tags.join(","));
      await (await open()).put(cacheUrl(prefix, key), stored);
    },
  };
}

/** The canonical target of a GET: same question, same string. */
export function canonicalTarget(url: URL): string {
  const query = new URLSearchParams(url.searchParams);
  query.delete("sdkKey");
  query.sort();
  return `${url.pathname}?${query.toString()}`;
}

/** Every part is one path segment that no other part can reach out of: an origin of ".." would take the key's away. */
export function cacheUrl(prefix: string, { environment, keyId, origin, target }: EndpointKey): string {
  return `https://cache.invalid/${prefix}/flag_endpoint/${environment}/${keyId}/from:${encodeURIComponent(origin)}${target}`;
}
