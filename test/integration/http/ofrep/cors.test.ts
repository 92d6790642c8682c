import { afterAll, beforeAll, describe, test } from "vitest";
import { misconfigured } from "../../../../src/http/errors.ts";
import { mintKey } from "../../../../src/ops/token.ts";
import { startIsolate } from "../../../support/app.ts";
import { failedResponses } from "../../../support/ofrep/ofrep-responses.ts";
import { type OfrepWorld, PAGE_ORIGIN, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";
import { KEY_SECRET } from "../../../support/project.ts";

const BULK = "/ofrep/v1/evaluate/flags";

/** Returns whether a browser would allow the request. `*` does not cover Authorization, so it does not count. */
function isAllowed({ status, headers }: Response, method: string, names: string): boolean {
  const list = (name: string) => (headers.get(name) ?? "").split(",").map((part) => part.trim().toLowerCase());
  return (
    status >= 200 &&
    status < 300 &&
    headers.get("access-control-allow-origin") === "*" &&
    list("access-control-allow-methods").includes(method.toLowerCase()) &&
    names.split(",").every((name) => list("access-control-allow-headers").includes(name))
  );
}

describe("requests of pages on other origins", () => {
  let world: OfrepWorld;
  let boundKey: string;
  beforeAll(async () => {
    world = await startOfrepWorld();
    const { token, id, secretHash } = await mintKey(KEY_SECRET, "client", "production");
    await world.query(
      "insert into sdk_keys (id, environment, kind, name, secret_hash, origins) values ($1, 'production', 'client', 'web', $2, $3)",
      [id, secretHash, `{${PAGE_ORIGIN}}`],
    );
    boundKey = token;
    await world.published();
  });
  afterAll(() => world.close());

  const preflight = (path: string, names: string, method = "POST") =>
    world.isolate.fetch(path, {
      method: "OPTIONS",
      headers: {
        origin: PAGE_ORIGIN,
        "access-control-request-method": method,
        ...(names === "" ? {} : { "access-control-request-headers": names }),
      },
    });

  test.for([
    "content-type",
    "authorization,content-type",
    "content-type,if-none-match",
    "authorization,content-type,if-none-match",
    "content-type,if-none-match,x-api-key",
    "content-type,x-request-source,x-tenant",
    "cache-control,content-type,x-flags-min-version",
    "last-event-id",
  ])("a preflight for %s needs no key, on every route", async (names, { expect }) => {
    for (const path of [BULK, `${BULK}/checkout-redesign`, `/${BULK}`, `${BULK}?flagConfigEtag=1`]) {
      const response = await preflight(path, names);
      expect([response.status, await response.text()]).toEqual([204, ""]);
      expect(isAllowed(response, "POST", names), path).toBe(true);
      expect(response.headers.get("access-control-max-age")).toBe("86400");
      expect(response.headers.get("vary")).toBe("Access-Control-Request-Headers");
    }
    for (const path of ["/flags", "/flags/checkout-redesign"])
      expect(isAllowed(await preflight(path, names, "GET"), "GET", names), path).toBe(true);
  });

  test("a preflight repeats only names of headers", async ({ expect }) => {
    const odd = `x-fine, a b, <script>, x${"y".repeat(100)}, *, ${Array.from({ length: 100 }, (_, i) => `h${i}`).join()}`;
    const allowed = (await preflight(BULK, odd)).headers.get("access-control-allow-headers")?.split(", ") ?? [];
    expect(allowed).toContain("x-fine");
    expect(allowed.length).toBeLessThan(60);
    for (const name of allowed) expect(name).toMatch(/^[a-z0-9-]{1,64}$/);
  });

  test("pages cannot use routes that take an admin token", async ({ expect }) => {
    for (const path of ["/flags/checkout-redesign/update", "/api/v1/flags", "/api/v1/environments/production/flags"]) {
      const response = await preflight(path, "authorization,content-type");
      expect(isAllowed(response, "POST", "authorization,content-type"), path).toBe(false);
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  test("every response can be read, whatever its status", async ({ expect }) => {
    const headers = { origin: PAGE_ORIGIN };
    const flag = "checkout-redesign";
    const etag = (await world.ask(undefined, "{}", headers)).headers.get("etag") ?? "";
    const responses = [
      await world.ask(flag, "{}", headers),
      await world.ask(undefined, "{}", { ...headers, "if-none-match": etag }),
      await world.ask("nope", "{}", headers),
      await world.ask(undefined, "{}", { origin: "https://evil.example", "x-api-key": boundKey }),
      ...(await failedResponses(world, flag)),
      ...(await failedResponses(world, undefined)),
    ];
    for (const path of ["/flags", `/flags/${flag}`, "/flags/nope", "/flags?__proto__=1", "/flags?sdkKey=x"]) {
      const init = { headers: { ...headers, ...(path.includes("sdkKey") ? {} : { "x-api-key": world.clientKey }) } };
      responses.push(await of(path, init));
      if (!path.includes("?")) responses.push(await of(path, { ...init, method: "DELETE" }));
    }
    for (const path of ["/flags", "/flags/a", BULK]) {
      const response = misconfigured(new Request(`http://edge.test${path}`), "KEY_SECRET is missing");
      responses.push({ name: path, route: "bulk", status: 500, headers: response.headers, text: "" });
    }
    responses.push(await of("/ofrep/v1/nothing", { method: "POST", headers }));
    const statuses = new Set(responses.map(({ status }) => status));
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([200, 304, 400, 401, 403, 404, 405, 413, 429, 500, 503]);
    for (const response of responses) {
      const told = `${response.status} ${response.name}`;
      expect(response.headers.get("access-control-allow-origin"), told).toBe("*");
      expect(response.headers.get("access-control-expose-headers"), told).toMatch(/^ETag, Retry-After\b/);
      if (response.status !== 304)
        expect(response.headers.get("content-type"), told).toMatch(/^application\/(problem\+)?json$/);
      const retryAfter = response.headers.get("retry-after");
      if (response.status === 429 || response.status === 503) expect(retryAfter, told).toMatch(/^[1-9]\d*$/);
      else expect(retryAfter, told).toBeNull();
    }
  });

  const of = async (path: string, init: RequestInit) => {
    const { status, headers } = await world.isolate.fetch(path, init);
    return { name: path, route: "bulk" as const, status, headers, text: "" };
  };

  test("a client key works from its origins and without one, and pages can read the refusal", async ({ expect }) => {
    const from = (headers: Record<string, string>) => world.ask(undefined, "{}", { "x-api-key": boundKey, ...headers });
    expect((await from({ origin: PAGE_ORIGIN })).status).toBe(200);
    expect((await from({})).status).toBe(200);
    for (const origin of ["https://evil.example", "http://shop.example", `${PAGE_ORIGIN}:8443`, "null"]) {
      const refused = await from({ origin });
      expect(refused.status, origin).toBe(403);
      expect(JSON.parse(refused.text)).toEqual({ errorCode: "GENERAL", errorDetails: expect.any(String) });
      expect((await of("/flags", { headers: { origin, "x-api-key": boundKey } })).status, origin).toBe(403);
    }
  });

  test("no response asks for cookies or sets one", async ({ expect }) => {
    const other = startIsolate({ ...world.backends.bindings, KEY_SECRET }, world.clock);
    const init = { method: "POST", headers: { "x-api-key": world.clientKey, origin: PAGE_ORIGIN }, body: "{}" };
    const { headers } = await other.fetch(BULK, init);
    expect(headers.has("set-cookie")).toBe(false);
    expect(headers.has("access-control-allow-credentials")).toBe(false);
  });
});
