import { afterAll, beforeAll, describe, test } from "vitest";
import { aToken, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const TOKENS = "/api/v1/tokens";
const DAY_MS = 86_400_000;

describe("admin tokens", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", "/api/v1/environments", { key: "staging" });
  });
  afterAll(() => t.close());

  const create = async (body: object, token = t.project.adminToken) => send(t.isolate, token, "POST", TOKENS, body);
  const read = (token: string) => send(t.isolate, token, "GET", "/api/v1/environments/staging/flags");
  const stored = async (id: string) => (await t.call("GET", `${TOKENS}/${id}`)).body;

  test("a new token works at once, and is shown once", async ({ expect }) => {
    const created = await create({ role: "read", name: "Dashboards", environments: null });
    const { token, adminToken } = created.body;
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`${TOKENS}/${adminToken.id}`);
    expect(adminToken).toEqual({
      id: expect.any(String),
      role: "read",
      name: "Dashboards",
      environments: null,
      createdAt: expect.any(String),
      expiresAt: null,
      lastUsedOn: null,
      revokedAt: null,
    });
    expect((await read(token)).status).toBe(200);
    const texts = [(await t.call("GET", TOKENS)).body, (await t.call("GET", "/api/v1/audit?entity=key")).body];
    expect(texts[0].items.map(({ id }: { id: string }) => id)).toContain(adminToken.id);
    for (const text of texts.map((body) => JSON.stringify(body))) {
      expect(text).not.toContain(token.split("_")[3]);
      expect(text).not.toMatch(/[0-9a-f]{64}/);
    }
  });

  test("an expired token is refused from that instant on", async ({ expect }) => {
    const { token, adminToken } = (await create({ role: "read", environments: null, expiresInSeconds: 3600 })).body;
    expect(Date.parse(adminToken.expiresAt)).toBe(t.clock.now() + 3_600_000);
    await t.clock.advance(3_599_999);
    expect((await read(token)).status).toBe(200);
    await t.clock.advance(1);
    expect(await read(token)).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining("has expired") },
    });
  });

  test("a revoked token is refused after ten seconds at the latest", async ({ expect }) => {
    const { token, adminToken } = (await create({ role: "write", environments: ["staging"] })).body;
    expect((await read(token)).status).toBe(200);
    const path = `${TOKENS}/${adminToken.id}`;
    expect((await t.call("DELETE", `${path}?dryRun=true`)).status).toBe(204);
    expect(await t.call("DELETE", path)).toMatchObject({
      status: 200,
      body: { adminToken: { revokedAt: expect.any(String) } },
    });
    await t.clock.advance(10_000);
    expect((await read(token)).status).toBe(401);
    expect((await t.call("DELETE", path)).status).toBe(404);
  });

  test("a token that is rotated out works until its expiry, which only moves forward", async ({ expect }) => {
    const { token, adminToken } = (await create({ role: "write", environments: null })).body;
    const path = `${TOKENS}/${adminToken.id}`;
    const ends = t.clock.now() + 3_600_000;
    const changed = await t.call("PATCH", path, { expiresInSeconds: 3600 });
    expect(changed).toMatchObject({ status: 200, body: { adminToken: { id: adminToken.id, role: "write" } } });
    expect(Date.parse(changed.body.adminToken.expiresAt)).toBe(ends);
    const [audited] = (await t.call("GET", "/api/v1/audit?limit=1")).body.items;
    expect(audited).toMatchObject({ entity: "key", key: adminToken.id, action: "update" });
    expect(await t.call("PATCH", path, { expiresInSeconds: 3601 })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("never gets a longer life") },
    });
    await t.clock.advance(3_599_999);
    expect((await read(token)).status).toBe(200);
    await t.clock.advance(1);
    expect((await read(token)).status).toBe(401);
    expect((await t.call("DELETE", path)).status).toBe(200);
    expect(await t.call("PATCH", path, { expiresInSeconds: 60 })).toMatchObject({ status: 409 });
    expect((await t.call("PATCH", path, {})).status).toBe(422);
  });

  test("a token creates none with more rights than its own", async ({ expect }) => {
    const expiring = (await create({ role: "write", environments: null, expiresInSeconds: 3600 })).body.token;
    const limited = (await create({ role: "write", environments: ["staging"] })).body.token;
    const reading = (await create({ role: "read", environments: null })).body.token;
    const wanted = { role: "read", environments: ["staging"] };
    expect((await create(wanted, limited)).status).toBe(403);
    expect((await create(wanted, reading)).status).toBe(403);
    expect(await create(wanted, expiring)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("only create tokens that expire by then") },
    });
    expect((await create({ ...wanted, expiresInSeconds: 3601 }, expiring)).status).toBe(403);
    expect((await create({ ...wanted, expiresInSeconds: 3600 }, expiring)).status).toBe(201);
  });

  test("the last token that may write everywhere for good is not revoked", async ({ expect }) => {
    const id = t.project.adminToken.split("_")[2];
    expect(await t.call("DELETE", `${TOKENS}/${id}`)).toMatchObject({ status: 409 });
    const { body } = await create({ role: "write", environments: null });
    expect((await t.call("DELETE", `${TOKENS}/${body.adminToken.id}`)).status).toBe(200);
    expect(await t.call("DELETE", `${TOKENS}/${id}`)).toMatchObject({ status: 409 });
    expect(await t.call("PATCH", `${TOKENS}/${id}`, { expiresInSeconds: 3600 })).toMatchObject({ status: 409 });
  });

  test("records the day of use once a day, and neither in the audit nor for a refused token", async ({ expect }) => {
    const { token, adminToken } = (await create({ role: "read", environments: null, expiresInSeconds: 864_000 })).body;
    const audited = (await t.call("GET", "/api/v1/audit?limit=1")).body.items[0].id;
    const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    expect((await stored(adminToken.id)).lastUsedOn).toBeNull();
    t.project.resetStats();
    await read(token);
    const first = t.project.roundTrips().l3;
    expect((await stored(adminToken.id)).lastUsedOn).toBe(dayOf(t.clock.now()));
    await t.clock.advance(10_000);
    t.project.resetStats();
    await read(token);
    // One statement fewer: the day is recorded already.
    expect(t.project.roundTrips().l3).toBe(first - 1);
    await t.clock.advance(DAY_MS);
    await read(token);
    expect((await stored(adminToken.id)).lastUsedOn).toBe(dayOf(t.clock.now()));
    await t.clock.advance(20 * DAY_MS);
    const last = (await stored(adminToken.id)).lastUsedOn;
    expect((await read(token)).status).toBe(401);
    expect((await stored(adminToken.id)).lastUsedOn).toBe(last);
    expect((await t.call("GET", "/api/v1/audit?limit=1")).body.items[0].id).toBe(audited);
  });

  test("a token from SQL has no limits, and SDK keys are not admin tokens", async ({ expect }) => {
    const { id } = await aToken(t.project, "admin", "write");
    expect(await stored(id)).toMatchObject({ role: "write", environments: null, expiresAt: null });
    const key = await aToken(t.project, "server", "production");
    expect((await t.call("GET", `${TOKENS}/${key.id}`)).status).toBe(404);
    expect((await t.call("DELETE", `${TOKENS}/${key.id}`)).status).toBe(404);
    expect((await send(t.isolate, key.token, "GET", FLAGS)).status).toBe(403);
  });

  test.for<[body: object, pointer: string]>([
    [{ environments: null }, "/role"],
    [{ role: "admin", environments: null }, "/role"],
    [{ role: "read" }, "/environments"],
    [{ role: "read", environments: [] }, "/environments"],
    [{ role: "read", environments: ["Nowhere!"] }, "/environments/0"],
    [{ role: "read", environments: ["staging", "nowhere"] }, "/environments/1"],
    [{ role: "read", environments: null, expiresInSeconds: 59 }, "/expiresInSeconds"],
    [{ role: "read", environments: null, expiresInSeconds: "1d" }, "/expiresInSeconds"],
    [{ role: "read", environments: null, name: "" }, "/name"],
    [{ role: "read", environments: null, expiresAt: "2030-01-01" }, "/expiresAt"],
  ])("names the mistake in %j", async ([body, pointer], { expect }) => {
    for (const query of ["", "?dryRun=true"]) {
      const refused = await t.call("POST", TOKENS + query, body);
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
  });
});
