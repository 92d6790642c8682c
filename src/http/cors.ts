/** What browsers need on every answer of the evaluation routes, errors and 304 included (docs/api.md). */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Retry-After, X-Flags-Version, Cache-Status, X-Request-Id",
};

/** Answered before authentication: a preflight carries no key. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "POST, GET, OPTIONS",
      "access-control-allow-headers":
        "content-type, authorization, x-api-key, if-none-match, last-event-id, cache-control, x-flags-min-version",
      "access-control-max-age": "86400",
    },
  });
}
