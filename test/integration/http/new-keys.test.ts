import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { mintKey } from "../../../src/ops/token.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const KEYS = "/api/v1/environments/production/keys";

/** An SDK key that an isolate does not know is revoked or new. Only a head check can tell, and those are limited. */
describe("SDK keys that an isolate does not know", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let writer: Isolate;
  let reader: Isolate;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await clock.advance(5000);
    writer = start();
    reader = start();
    for (const path of ["", "/plain"]) await ask(reader, project.serverKey, path);
    project.resetStats();
  });

  const start = (bindings: Record<string, unknown> = {}, options = {}) =>
    startIsolate({ ...project.bindings, ...bindings }, clock, { ...options });
  const ask = (isolate: Isolate, token: string, path = "/plain") => send(isolate, token, "POST", OFREP + path, {});
  const create = async (kind = "server"): Promise<{ token: string; id: string }> => {
    const { status, body } = await send(writer, project.adminToken, "POST", KEYS, { kind });
    if (status !== 201) throw new Error(`a key was to be created, not ${status}`);
    return { token: body.token, id: body.key.id };
  };
  const revoke = (id: string) => send(writer, project.adminToken, "DELETE", `${KEYS}/${id}`);
  /** Creates an SDK key without a row. To an isolate it is the same as a revoked one. */
  const unknown = async () => (await mintKey(KEY_SECRET, "server", "production")).token;

  test.for(["/plain", ""])(
    "a new key works at once in an isolate that has just checked its head (%j)",
    async (path, { expect }) => {
      const { token } = await create();
      project.resetStats();
      expect((await ask(reader, token, path)).status).toBe(200);
      expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
      project.resetStats();
      expect((await ask(reader, token, path)).status).toBe(200);
      expect((await ask(reader, project.serverKey, path)).status).toBe(200);
      expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    },
  );

  test("a new key works at once for GET and for explaining", async ({ expect }) => {
    for (const [method, path, body] of [
      ["GET", "/flags/plain", undefined],
      ["GET", "/flags", undefined],
      ["POST", "/api/v1/environments/production/flags/plain/explain", {}],
    ] as const) {
      const { token } = await create();
      await clock.advance(200);
      expect((await send(reader, token, method, path, body)).status, path).toBe(200);
    }
  });

  test.for(["has used", "has never used"])(
    "after an environment is created again, its new key works where an isolate %s the old one",
    async (use, { expect }) => {
      const key = use === "has used" ? "reborn" : "reborn-unseen";
      const environments = "/api/v1/environments";
      const call = async (method: string, path: string, body?: object) =>
        (await send(writer, project.adminToken, method, environments + path, body)).body;
      const newKey = async (): Promise<string> => (await call("POST", `/${key}/keys`, { kind: "client" })).token;
      const bulk = async (token: string): Promise<number> => {
        // A look for an unknown key is a tenth of a second after the one before.
        await clock.advance(100);
        return (await send(reader, token, "POST", OFREP, {})).status;
      };
      await call("POST", "", { key, name: key });
      const old = await newKey();
      if (use === "has used") expect(await bulk(old)).toBe(200);
      await call("DELETE", `/${key}?confirm=${key}`);
      await clock.advance(2000);
      expect(await bulk(old)).toBe(401);
      await call("POST", "", { key, name: key });
      const token = await newKey();
      expect([await bulk(token), await bulk(old)]).toEqual([200, 401]);
    },
  );

  test("a new key opens a change stream at once", async ({ expect }) => {
    const { token } = await create("client");
    const response = await reader.fetch(`/ofrep/v1/stream?key=${token}`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test("a new key works at once with heads at the data centre, once the purge has arrived", async ({ expect }) => {
    const cache = new MapEdgeCache(clock.now);
    const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
    const kept = start(zone, { openCache: async () => cache });
    await ask(kept, project.serverKey);
    const { token } = await create();
    expect((await ask(kept, token)).status).toBe(200);
  });

  test("a known key costs no head check while unknown ones are tried", async ({ expect }) => {
    const token = await unknown();
    await ask(reader, token);
    project.resetStats();
    const tried = Promise.all(Array.from({ length: 5 }, () => reader.fetch(`${OFREP}/plain`, as(token))));
    expect((await reader.fetch(`${OFREP}/plain`, as(project.serverKey))).status).toBe(200);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    await clock.advance(100);
    expect((await tried).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });

  test("a revoked key costs one command for many requests, and loads no flag", async ({ expect }) => {
    const { token, id } = await create();
    await ask(reader, token);
    await revoke(id);
    await clock.advance(1000);
    await ask(reader, project.serverKey);
    project.resetStats();
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, i) => reader.fetch(`${OFREP}/unseen-${i}`, as(token))),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401]));
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("head checks are a tenth of a second apart, and requests in between wait for the next", async ({ expect }) => {
    await ask(reader, await unknown());
    project.resetStats();
    const { token } = await create();
    project.resetStats();
    const waiting = ask(reader, token);
    await clock.advance(99);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    await clock.advance(1);
    expect((await waiting).status).toBe(200);
  });

  test("a revoked key in a request each millisecond costs ten commands a second", async ({ expect }) => {
    const token = await unknown();
    const asked: Promise<Response>[] = [];
    for (let ms = 0; ms < 1000; ms++) {
      asked.push(reader.fetch(`${OFREP}/plain`, as(token)));
      await clock.advance(1);
    }
    await clock.advance(100);
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([401]));
    expect(project.roundTrips().l2).toBeLessThanOrEqual(11);
    expect(project.roundTrips().l2).toBeGreaterThanOrEqual(5);
    expect(project.roundTrips().l3).toBe(0);
  });

  test("KEY_CHECKS_PER_SECOND sets the number of head checks", async ({ expect }) => {
    const eager = start({ KEY_CHECKS_PER_SECOND: "0" });
    await ask(eager, project.serverKey);
    project.resetStats();
    for (let i = 0; i < 5; i++) expect((await ask(eager, await unknown())).status).toBe(401);
    expect(project.roundTrips()).toEqual({ l2: 5, l3: 0 });
  });

  test("without Redis and Postgres a key is refused, with one attempt a second", async ({ expect }) => {
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    const { token } = await mintKey(KEY_SECRET, "server", "production");
    for (let i = 0; i < 5; i++) {
      const response = ask(reader, token);
      await clock.advance(100);
      expect((await response).status).toBe(401);
    }
    expect(project.roundTrips().l3).toBeLessThanOrEqual(1);
    expect((await ask(reader, project.serverKey)).status).toBe(200);
  });

  test("in workerd, requests share a head check, and each gets its own response", async ({ expect }) => {
    // The ordinary head check must not run between these requests.
    const bindings = { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000" };
    const [here, there] = await Promise.all([startColo({ bindings }), startColo({ bindings })]);
    try {
      const statusOf = async (colo: Colo, token: string): Promise<number> => {
        const response = await colo.fetch(`${OFREP}/plain`, as(token));
        await response.arrayBuffer();
        return response.status;
      };
      expect([await statusOf(here, project.serverKey), await statusOf(there, project.serverKey)]).toEqual([200, 200]);
      const headers = { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" };
      const created = await here.fetch(KEYS, { method: "POST", headers, body: '{"kind":"server"}' });
      const { token } = (await created.json()) as { token: string };
      const tokens = [...Array.from({ length: 20 }, unknown), ...Array.from({ length: 20 }, async () => token)];
      const statuses = await Promise.all(tokens.map(async (one) => statusOf(there, await one)));
      expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), ...Array.from({ length: 20 }, () => 200)]);
    } finally {
      await Promise.all([here.dispose(), there.dispose()]);
    }
  });

  function as(token: string): RequestInit {
    return { method: "POST", headers: { authorization: `Bearer ${token}` }, body: "{}" };
  }
});
