import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const KEYS = "/api/v1/environments/production/keys";

describe("SDK keys", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("visible"));
    await t.call("POST", FLAGS, aFlagBody("internal", { clientVisible: false }));
  });
  afterAll(() => t.close());

  const evaluate = (token: string, flag: string, headers: Record<string, string> = {}) =>
    send(t.isolate, token, "POST", `/ofrep/v1/evaluate/flags/${flag}`, {}, headers);

  test("a new key works at once, and its token is shown once", async ({ expect }) => {
    const created = await t.call("POST", KEYS, { kind: "client", name: "Web shop" });
    const { token, key } = created.body;
    expect(created).toMatchObject({
      status: 201,
      body: { published: { redis: true }, key: { kind: "client", name: "Web shop", origins: [] } },
    });
    expect((await evaluate(token, "visible")).status).toBe(200);
    expect((await evaluate(token, "internal")).status).toBe(404);
    const listed = await t.call("GET", KEYS);
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id: key.id, kind: "client", revokedAt: null }));
    const secret = token.split("_")[3];
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(JSON.stringify((await t.call("GET", "/api/v1/audit?entity=key")).body)).not.toContain(secret);
    expect(JSON.stringify(listed.body)).not.toMatch(/[0-9a-f]{64}/);
  });

  test("a client key is bound to its origins", async ({ expect }) => {
    const { token } = (await t.call("POST", KEYS, { kind: "client", origins: ["https://shop.example.com"] })).body;
    expect((await evaluate(token, "visible", { origin: "https://shop.example.com" })).status).toBe(200);
    expect((await evaluate(token, "visible", { origin: "https://evil.example" })).status).toBe(403);
  });

  test("a revoked key is refused from then on", async ({ expect }) => {
    const { token, key } = (await t.call("POST", KEYS, { kind: "server" })).body;
    expect((await evaluate(token, "internal")).status).toBe(200);
    const revoked = await t.call("DELETE", `${KEYS}/${key.id}`);
    expect(revoked).toMatchObject({ status: 200, body: { published: { redis: true } } });
    expect((await evaluate(token, "internal")).status).toBe(401);
    expect((await t.call("DELETE", `${KEYS}/${key.id}`)).status).toBe(404);
    const item = (await t.call("GET", KEYS)).body.items.find(({ id }: { id: string }) => id === key.id);
    expect(item.revokedAt).toMatch(/^\d{4}-.*Z$/);
  });

  test("mistakes are named", async ({ expect }) => {
    const cases: [body: object, pointer: string][] = [
      [{ kind: "admin" }, "/kind"],
      [{}, "/kind"],
      [{ kind: "client", origins: ["https://shop.example.com/path"] }, "/origins/0"],
      [{ kind: "server", origins: ["https://shop.example.com"] }, "/origins"],
      [{ kind: "client", name: "" }, "/name"],
      [{ kind: "client", secret: "x" }, "/secret"],
    ];
    for (const [body, pointer] of cases) {
      expect(await t.call("POST", KEYS, body), pointer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    for (const path of ["/api/v1/environments/nowhere/keys", `${KEYS}/unknownkey12`, `${KEYS}/no`]) {
      expect((await t.call(path.startsWith(`${KEYS}/`) ? "DELETE" : "GET", path)).status, path).toBe(404);
    }
  });

  test("new origins apply as quickly as a revocation, and the token stays the same", async ({ expect }) => {
    const { token, key } = (await t.call("POST", KEYS, { kind: "client", origins: ["https://old.example.com"] })).body;
    const from = async (origin: string) => (await evaluate(token, "visible", { origin })).status;
    expect([await from("https://old.example.com"), await from("https://new.example.com")]).toEqual([200, 403]);
    const origins = ["https://*.example.com", "http://localhost:*", "capacitor://localhost"];
    const changed = await t.call("PATCH", `${KEYS}/${key.id}`, { origins, name: "Renamed" });
    expect(changed).toMatchObject({
      status: 200,
      body: { published: { redis: true }, key: { id: key.id, name: "Renamed", origins, revokedAt: null } },
    });
    expect(changed.body).not.toHaveProperty("token");
    for (const origin of ["https://new.example.com", "http://localhost:5173", "capacitor://localhost"])
      expect(await from(origin)).toBe(200);
    expect([await from("https://evil.test"), await from("null")]).toEqual([403, 403]);
    await t.call("PATCH", `${KEYS}/${key.id}`, { origins: ["https://new.example.com"] });
    expect([await from("https://old.example.com"), await from("https://new.example.com")]).toEqual([403, 200]);
    const stored = (await t.call("GET", `${KEYS}/${key.id}`)).body;
    expect(stored).toEqual(expect.objectContaining({ name: "Renamed", origins: ["https://new.example.com"] }));
    expect((await t.call("GET", `/api/v1/audit?entity=key&key=${key.id}`)).body.items[0]).toMatchObject({
      action: "update",
      before: { origins },
    });
  });

  test("a change is refused for another, a revoked or a server key, and says why", async ({ expect }) => {
    const { key } = (await t.call("POST", KEYS, { kind: "server" })).body;
    const patch = (id: string, body: object) => t.call("PATCH", `${KEYS}/${id}`, body);
    expect(await patch(key.id, { origins: ["https://a.example"] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/origins" }] },
    });
    expect((await patch(key.id, { name: "Order service" })).status).toBe(200);
    expect(await patch(key.id, {})).toMatchObject({ status: 422 });
    expect(await patch(key.id, { kind: "client" })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/kind" }] },
    });
    expect((await patch("aB3dE5fG7hI9", { name: "x" })).status).toBe(404);
    expect((await t.call("GET", `${KEYS}/aB3dE5fG7hI9`)).status).toBe(404);
    expect((await t.call("GET", `${KEYS}/no-such-id`)).status).toBe(404);
    await t.call("DELETE", `${KEYS}/${key.id}`);
    expect(await patch(key.id, { name: "x" })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("revoked") },
    });
    expect((await t.call("GET", `${KEYS}/${key.id}`)).body.revokedAt).toEqual(expect.any(String));
  });

  test("names of keys, segments and environments refuse control characters", async ({ expect }) => {
    const name = "web\u001b[2J x\nFAKE-ID";
    const condition = { attribute: "a", operator: "equals", values: [1] };
    for (const [method, path, body] of [
      ["POST", KEYS, { kind: "server", name }],
      ["POST", "/api/v1/environments", { key: "named", name }],
      ["PATCH", "/api/v1/environments/production", { name }],
      ["PUT", "/api/v1/environments/production/segments/named", { name, condition }],
    ] as const) {
      const response = await t.call(method, path, body);
      expect(response, path).toMatchObject({ status: 422, body: { errors: [{ pointer: "/name" }] } });
    }
  });
});
