import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

/** The time to spend on random requests (ms). */
const TIME_MS = 15_000;

const word = fc.oneof(
  fc.constantFrom(
    "production",
    "known",
    "paying",
    "flags",
    "segments",
    "keys",
    "cache",
    "audit",
    "purge",
    "update",
    "__proto__",
    "@head",
    "..",
    "%00",
    "%ff",
    "%E0%A4",
    "*",
    "",
  ),
  fc.webSegment({ size: "small" }),
  fc.string({ maxLength: 20 }).map(encodeURIComponentSafely),
);
const TEMPLATES = [
  "/api/v1/environments",
  "/api/v1/environments/*",
  "/api/v1/flags",
  "/api/v1/flags/*",
  "/api/v1/environments/*/flags",
  "/api/v1/environments/production/flags",
  "/api/v1/environments/production/flags/*",
  "/api/v1/environments/production/flags/*/explain",
  "/api/v1/environments/production/segments",
  "/api/v1/environments/production/segments/*",
  "/api/v1/environments/production/keys",
  "/api/v1/environments/production/keys/*",
  "/api/v1/environments/production/cache/*",
  "/api/v1/environments/production/audit",
  "/api/v1/audit",
  "/flags/*/update",
  "/flags/*",
  "/flags",
  "/ofrep/v1/evaluate/flags",
  "/ofrep/v1/evaluate/flags/*",
  "/openapi.json",
  "/docs",
  "/readyz",
  "/*/*",
];
const path = fc
  .tuple(fc.constantFrom(...TEMPLATES), fc.array(word, { minLength: 2, maxLength: 2 }))
  .map(([template, words]) => {
    let i = 0;
    return template.replaceAll("*", () => words[i++] ?? "");
  });
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "environment",
        "limit",
        "cursor",
        "search",
        "tag",
        "kind",
        "dryRun",
        "entity",
        "key",
        "context",
        "targetingKey",
        "sdkKey",
        "__proto__",
      ),
      fc.oneof(
        fc.constantFrom("production", "10", "-1", "true", "{", "[]", "%00", "flag"),
        fc.string({ maxLength: 12 }).map(encodeURIComponentSafely),
      ),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.join("=")).join("&")}`));

const field = fc.constantFrom(
  ...Object.keys(aFlagBody("x")),
  "rules",
  "prerequisites",
  "metadata",
  "condition",
  "context",
  "request",
  "name",
  "copyFrom",
  "origins",
  "pattern",
  "all",
  "flags",
  "__proto__",
  "constructor",
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    "on",
    "boolean",
    "\u0000",
    "\ud800",
    1e308,
    -0,
    [],
    {},
    [{}],
    { variant: "on" },
    { segment: "paying" },
  ),
);
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .dictionary(field, value, { maxKeys: 5 })
      .map((fields) => JSON.stringify({ ...aFlagBody("fuzzed"), ...fields })),
  },
  { weight: 3, arbitrary: fc.dictionary(field, value, { maxKeys: 4 }).map((fields) => JSON.stringify(fields)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 5 }) },
  { weight: 1, arbitrary: fc.string() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "null",
      `${"[".repeat(5000)}${"]".repeat(5000)}`,
      '{"__proto__":{"a":1}}',
      '{"key":"a","key":"b"}',
      "1e999",
    ),
  },
);
const headerText = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
const headers = fc.record(
  {
    "content-type": fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("application/json", "application/merge-patch+json") },
      headerText,
    ),
    "if-match": fc.oneof(fc.constantFrom("*", '"1"', 'W/"1"', '"1","2"', "1"), headerText),
    "if-none-match": fc.oneof(fc.constantFrom("*", '"1"'), headerText),
    "x-flags-min-version": fc.oneof(fc.constantFrom("1", "0", "-1"), headerText),
    "cache-control": fc.constantFrom("no-cache", "max-age=0"),
    origin: headerText,
    "accept-language": headerText,
  },
  { requiredKeys: ["content-type"] },
);

describe("random requests", () => {
  let t: ManagementTest;
  let tokens: (string | undefined)[];
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("known"));
    await t.call("POST", "/api/v1/environments/production/segments", {
      key: "paying",
      condition: { attribute: "plan", operator: "exists" },
    });
    const reader = await aToken(t.project, "admin", "read");
    const { adminToken, serverKey, clientKey } = t.project;
    tokens = [
      adminToken,
      adminToken,
      adminToken,
      adminToken,
      reader.token,
      serverKey,
      clientKey,
      undefined,
      "nonsense",
    ];
  });
  afterAll(() => t.close());

  test("get no 5xx, and JSON in the shape of their route, with a request id in errors", async ({ expect }) => {
    const seen = new Map<number, number>();
    const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
    await fc.assert(
      fc.asyncProperty(method, path, query, body, headers, fc.nat(8), async (verb, target, search, text, sent, who) => {
        const token = tokens[who];
        const response = await t.isolate.fetch(target + search, {
          method: verb,
          headers: { ...sent, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
          ...(verb === "GET" || verb === "HEAD" ? {} : { body: text }),
        });
        const received = await response.text();
        await t.isolate.settled();
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        const said = `${verb} ${target}${search} → ${response.status} ${received.slice(0, 300)}`;
        // A 503 is right only for a version that does not exist yet. Random text can be a version number.
        const isAhead = response.status === 503 && (verb === "HEAD" || / is not visible here yet/.test(received));
        const wanted = Number(Object.entries(sent).find(([name]) => name === "x-flags-min-version")?.[1]);
        expect(isAhead ? wanted > Number(response.headers.get("x-flags-version")) : response.status < 500, said).toBe(
          true,
        );
        if (response.status < 400 || verb === "HEAD") {
          if (received !== "" && !target.startsWith("/docs")) expect(() => JSON.parse(received), said).not.toThrow();
          return;
        }
        expect(response.headers.get("x-request-id"), said).toBeTruthy();
        const error = JSON.parse(received);
        if (/^\/+ofrep(\/|$)/.test(new URL(`http://edge.test${target}`).pathname)) {
          expect(error, said).toMatchObject({ errorCode: expect.any(String), errorDetails: expect.any(String) });
        } else {
          expect(response.headers.get("content-type"), said).toBe("application/problem+json");
          expect(error, said).toMatchObject({
            status: response.status,
            title: expect.any(String),
            requestId: expect.any(String),
          });
        }
      }),
      { numRuns: 100_000, interruptAfterTimeLimit: TIME_MS, markInterruptAsFailure: false },
    );
    // The run is useful only if some requests pass authentication and routing.
    for (const status of [200, 400, 401, 403, 404, 405, 422])
      expect(seen.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
  });

  test("change nothing that existed before", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/known`, aFlagBody("known"));
    expect(await t.evaluate("known")).toMatchObject({ status: 200, body: { value: true } });
  });
});

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
