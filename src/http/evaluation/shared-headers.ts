import { CORS_HEADERS } from "../cors.ts";

/**
 * Returns a function that returns a response's headers: the given ones, the provenance and those for browsers. A warm
 * isolate sends the same ones until something changes, and for workerd copying a Headers object costs much less than
 * reading a literal. The constructor of Response copies them; nothing else may change them.
 */
export function sharedHeaders(own: Record<string, string>): (version: number, cacheStatus: string) => Headers {
  let last: { version: number; cacheStatus: string; headers: Headers } | undefined;
  return (version, cacheStatus) => {
    if (last?.version === version && last.cacheStatus === cacheStatus) return last.headers;
    const headers = new Headers({
      "content-type": "application/json",
      ...own,
      "x-flags-version": String(version),
      "cache-status": cacheStatus,
      ...CORS_HEADERS,
    });
    last = { version, cacheStatus, headers };
    return headers;
  };
}
