/** What browsers need on every answer of the evaluation routes, errors and 304 included (docs/api.md). */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Retry-After, X-Flags-Version, X-Flags-Overrides, Cache-Status, X-Request-Id",
};

/** What clients send; any other name that a preflight asks for is accepted too, because users may configure headers. */
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

/** A preflight that asks for more names than this, or for longer ones, gets the usual ones. */
const MAX_ASKED = 50;
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;

/** Answered before authentication: a preflight carries no key. */
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

/** `*` would not cover Authorization, so each is named. */
function allowedHeaders(asked: string): string {
  const names = asked
    .toLowerCase()
    .split(",", MAX_ASKED)
    .map((name) => name.trim())
    .filter((name) => name !== "*" && HEADER_NAME.test(name));
  return [...new Set([...REQUEST_HEADERS, ...names])].join(", ");
}
