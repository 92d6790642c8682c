import type { EdgeCache } from "../../ops/runtime.ts";

/**
 * The GET responses that a data centre stores, for isolates that hold no flags yet. A purge removes entries by tag, so
 * the cache is used only if a purge transport is configured.
 */
export interface EndpointCache {
  match(request: EndpointKey): Promise<Response | undefined>;
  put(request: EndpointKey, response: Response, tags: readonly string[], ttlSeconds: number): Promise<void>;
}

/** Everything that a response depends on besides the flags. */
export interface EndpointKey {
  environment: string;
  /** SDK keys differ in the flags that they may see and in their origins. */
  keyId: string;
  origin: string;
  /** The path and the query, with attributes sorted by name and without the SDK key. */
  target: string;
}

/** Creates the cache over Cloudflare's Cache API, which stores per data centre and deletes by tag. */
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

/** Returns the same text for every form of the same GET. */
export function canonicalTarget(url: URL): string {
  const query = new URLSearchParams(url.searchParams);
  query.delete("sdkKey");
  query.sort();
  return `${url.pathname}?${query.toString()}`;
}

/**
 * Returns the cache key of a response. Each part is one escaped path segment; otherwise an origin of ".." would remove
 * the segment of the SDK key. Exported for the tests that compare the keys of different requests.
 */
export function cacheUrl(prefix: string, { environment, keyId, origin, target }: EndpointKey): string {
  return `https://cache.invalid/${prefix}/flag_endpoint/${environment}/${keyId}/from:${encodeURIComponent(origin)}${target}`;
}
