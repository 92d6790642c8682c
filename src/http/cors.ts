/** Headers that browsers need on every response of the evaluation routes, errors and 304 included (docs/api.md). */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Retry-After, X-Flags-Version, X-Flags-Overrides, Cache-Status, X-Request-Id",
};

/** Headers that clients send. A preflight may ask for others too, because applications can configure headers. */
const REQUEST_HEADERS = [
  "content-type",
  "authorization",
  "x-api-key",
  "if-none-match",
  "last-event-id",
  "cache-control",
  "x-flags-min-version",
  "x-flags-overrides",
];

/** Bounds the names that a preflight gets besides REQUEST_HEADERS. */
const MAX_REQUESTED_NAMES = 50;
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;

/** Responds to a preflight. No authentication comes before it, because a preflight carries no key. */
export function preflight(c: { req: { raw: Request } }): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "POST, GET, OPTIONS",
      "access-control-allow-headers": allowedHeaders(c.req.raw.headers.get("access-control-request-headers") ?? ""),
      "access-control-max-age": "86400",
      vary: "Access-Control-Request-Headers",
    },
  });
}

/** Lists each name, because `*` does not cover Authorization. */
function allowedHeaders(requested: string): string {
  const names = requested
    .toLowerCase()
    .split(",", MAX_REQUESTED_NAMES)
    .map((name) => name.trim())
    .filter((name) => name !== "*" && HEADER_NAME.test(name));
  return [...new Set([...REQUEST_HEADERS, ...names])].join(", ");
}
