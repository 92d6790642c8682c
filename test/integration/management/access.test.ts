import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

describe("access to the management API", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("known"));
  });
  afterAll(() => t.close());

  const as = (token: string | undefined, method: string, path: string, body?: unknown) =>
    send(t.isolate, token, method, path, body);

  test("missing, mistyped and forged tokens are refused without a backend", async ({ expect }) => {
    const forged = await aToken(t.project, "admin", "write", {
      secret: "another deployment's secret, 32 characters",
      isStored: false,
    });
    const mistyped = `${t.project.adminToken.slice(0, -1)}x`;
    t.project.resetStats();
    for (const token of [undefined, "", "nonsense", mistyped, forged.token]) {
      const response = await as(token, "GET", FLAGS);
      expect(response, String(token)).toMatchObject({ status: 401, body: { status: 401 } });
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      expect((await as(token, "DELETE", "/api/v1/nothing")).status).toBe(401);
    }
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("a token with a valid MAC that the store does not know is refused", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "write", { isStored: false });
    expect((await as(token, "GET", FLAGS)).status).toBe(401);
  });

  test("a revoked admin token is refused after ten seconds at the latest", async ({ expect }) => {
    const { token, id } = await aToken(t.project, "admin", "write");
    expect((await as(token, "GET", FLAGS)).status).toBe(200);
    await t.project.backends.neon.query("update sdk_keys set revoked_at = now() where id = $1", [id]);
    await t.clock.advance(10_000);
    expect(await as(token, "GET", FLAGS)).toMatchObject({
      status: 401,
      body: { detail: "the admin token is revoked" },
    });
  });

  test("a read-only token reads and explains, and changes nothing", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "read");
    expect((await as(token, "GET", `${FLAGS}/known`)).status).toBe(200);
    expect((await as(token, "POST", `${FLAGS}/known/explain`, { context: {} })).status).toBe(200);
    const writes: [string, string, unknown?][] = [
      ["POST", FLAGS, aFlagBody("by-reader")],
      ["PUT", `${FLAGS}/known`, aFlagBody("known", { enabled: false })],
      ["PATCH", `${FLAGS}/known`, { enabled: false }],
      ["DELETE", `${FLAGS}/known`],
      ["POST", "/flags/known/update?environment=production", { enabled: false }],
      ["PATCH", "/api/v1/flags/known", { description: "x" }],
      ["POST", "/api/v1/environments", { key: "other" }],
      ["POST", "/api/v1/environments/production/keys", { kind: "server" }],
      ["POST", "/api/v1/environments/production/cache/purge", { all: true }],
      ["POST", "/api/v1/environments/production/cache/warm"],
    ];
    for (const [method, path, body] of writes) {
      expect(await as(token, method, path, body), `${method} ${path}`).toMatchObject({
        status: 403,
        body: { status: 403 },
      });
    }
    expect(await t.evaluate("known")).toMatchObject({ body: { value: true } });
  });

  test("SDK keys manage nothing", async ({ expect }) => {
    for (const token of [t.project.clientKey, t.project.serverKey]) {
      expect((await as(token, "GET", FLAGS)).status).toBe(403);
      expect((await as(token, "PATCH", `${FLAGS}/known`, { enabled: false })).status).toBe(403);
    }
  });

  test("a server key explains only in its own environment, and a client key nowhere", async ({ expect }) => {
    const explain = "/known/explain";
    expect((await as(t.project.serverKey, "POST", `${FLAGS}${explain}`, {})).status).toBe(200);
    expect((await as(t.project.serverKey, "POST", `/api/v1/environments/staging/flags${explain}`, {})).status).toBe(
      403,
    );
    expect((await as(t.project.clientKey, "POST", `${FLAGS}${explain}`, {})).status).toBe(403);
    const { token } = await aToken(t.project, "server", "production", { isStored: false });
    expect((await as(token, "POST", `${FLAGS}${explain}`, {})).status).toBe(401);
  });

  test("an unknown method gets a 405 that lists the resource's methods", async ({ expect }) => {
    const response = await t.call("PUT", FLAGS);
    expect(response).toMatchObject({ status: 405, body: { status: 405 } });
    expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
    expect(await t.call("OPTIONS", FLAGS)).toMatchObject({ status: 204 });
    expect((await t.call("HEAD", FLAGS)).status).toBe(200);
  });

  test("every response has a request id, which is the ray's if there is one", async ({ expect }) => {
    for (const path of [FLAGS, "/api/v1/nothing", `${FLAGS}/nothing`]) {
      const response = await t.call("GET", path, undefined, { "cf-ray": "8f2-AMS" });
      expect(response.headers.get("x-request-id"), path).toBe("8f2-AMS");
    }
  });
});

describe("bodies that are not accepted", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("known"));
  });
  afterAll(() => t.close());

  const cases: [name: string, body: string, headers: Record<string, string>, status: number][] = [
    ["broken JSON", '{"enabled": tru}', {}, 400],
    ["an empty body", "", {}, 400],
    ["another media type", "enabled=true", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["a list", "[]", {}, 422],
    ["a name that objects inherit, deep inside", '{"metadata":{"a":{"__proto__":{"x":1}}}}', {}, 422],
    ["too many levels", `{"metadata":${"[".repeat(200)}${"]".repeat(200)}}`, {}, 422],
    ["the character U+0000", '{"description":"a\\u0000b"}', {}, 422],
    ["half of a surrogate pair", '{"description":"\\ud800"}', {}, 422],
    ["a number past all numbers", '{"metadata":{"a":1e999}}', {}, 422],
    ["another key", '{"key":"other"}', {}, 422],
  ];
  for (const [name, body, headers, status] of cases) {
    test(`${name}: ${status}`, async ({ expect }) => {
      const response = await t.call("PATCH", `${FLAGS}/known`, body, headers);
      expect(response).toMatchObject({ status, body: { status } });
      if (status === 422) expect(response.body.errors[0].pointer).toBeTypeOf("string");
    });
  }

  test("more than 1 MiB: 413", async ({ expect }) => {
    const body = JSON.stringify({ description: "x".repeat(1024 * 1024) });
    expect((await t.call("PATCH", `${FLAGS}/known`, body)).status).toBe(413);
    const chunked = await t.isolate.fetch(`${FLAGS}/known`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${t.project.adminToken}`, "content-type": "application/json" },
      body: new Blob([body]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });
});
