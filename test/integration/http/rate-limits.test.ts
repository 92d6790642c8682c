import { afterAll, beforeAll, describe, test } from "vitest";
import { mintKey } from "../../../src/ops/token.ts";
import { createAdminKey } from "../../../src/store/writes/tokens.ts";
import { startIsolate } from "../../support/app.ts";
import { startColo } from "../../support/edge/colo.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../support/project.ts";

const SINGLE = "/ofrep/v1/evaluate/flags/plain";
const BULK = "/ofrep/v1/evaluate/flags";
const WRITE = "/api/v1/environments/production/flags/plain";

/** Creates a binding that allows the given number of calls per caller and records the callers. */
function aBinding(allowed: number) {
  const counts = new Map<string, number>();
  return {
    counts,
    async limit({ key }: { key: string }) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= allowed };
    },
  };
}

describe("rate limits", () => {
  let project: TestProject;
  let forged: string;
  beforeAll(async () => {
    project = await startTestProject();
    await project.save({ key: "plain" });
    forged = (await mintKey("some other deployment's secret, 32+ chars", "server", "production")).token;
  });
  afterAll(() => project.close());

  const isolateWith = (bindings: Record<string, unknown>) =>
    startIsolate({ ...project.bindings, ...bindings }, new FakeClock());
  const as = (token: string, headers: Record<string, string> = {}) => ({
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: "{}",
  });
  const from = (address: string) => ({ "cf-connecting-ip": address });

  test("foreign keys are counted by address, and refused in the shape of their route", async ({ expect }) => {
    const binding = aBinding(2);
    const isolate = isolateWith({ LIMIT_UNKNOWN_KEYS: binding });
    const ask = (path: string, address: string, init = as(forged, from(address))) => isolate.fetch(path, init);
    expect((await ask(SINGLE, "192.0.2.1")).status).toBe(401);
    expect((await ask(BULK, "192.0.2.1")).status).toBe(401);

    const single = await ask(SINGLE, "192.0.2.1");
    expect(single.status).toBe(429);
    expect(single.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(single.headers.get("access-control-allow-origin")).toBe("*");
    expect(single.headers.get("access-control-expose-headers")).toContain("Retry-After");
    expect(await single.json()).toMatchObject({ key: "plain", errorCode: "GENERAL", errorDetails: expect.any(String) });

    const { body: _, ...get } = { ...as(forged, from("192.0.2.1")), method: "GET" };
    const plain = await isolate.fetch("/flags/plain", get);
    expect([plain.status, plain.headers.get("content-type")]).toEqual([429, "application/problem+json"]);
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    expect(plain.headers.get("retry-after")).toMatch(/^\d+$/);

    const management = await isolate.fetch("/api/v1/environments", get);
    expect([management.status, management.headers.get("retry-after")]).toEqual([429, "10"]);
    expect((await ask(SINGLE, "192.0.2.2")).status).toBe(401);
  });

  test("an IPv6 address is counted by its /64", async ({ expect }) => {
    const binding = aBinding(1);
    const isolate = isolateWith({ LIMIT_UNKNOWN_KEYS: binding });
    await isolate.fetch(SINGLE, as(forged, from("2001:db8:1:2::1")));
    expect((await isolate.fetch(SINGLE, as(forged, from("2001:db8:1:2:ffff::9")))).status).toBe(429);
    expect((await isolate.fetch(SINGLE, as(forged, from("2001:db8:1:3::1")))).status).toBe(401);
  });

  test("a valid key is not counted, and never refused because of others at its address", async ({ expect }) => {
    const binding = aBinding(0);
    const isolate = isolateWith({ LIMIT_UNKNOWN_KEYS: binding });
    expect((await isolate.fetch(SINGLE, as(forged, from("192.0.2.1")))).status).toBe(429);
    expect((await isolate.fetch(SINGLE, as(project.serverKey, from("192.0.2.1")))).status).toBe(200);
    expect([...binding.counts]).toEqual([["192.0.2.1", 1]]);
  });

  test("reads past the caches are counted by key, and other reads are not", async ({ expect }) => {
    const binding = aBinding(1);
    const isolate = isolateWith({ LIMIT_NO_CACHE: binding });
    const past = () => isolate.fetch(SINGLE, as(project.serverKey, { "cache-control": "no-cache" }));
    expect((await past()).status).toBe(200);
    const refused = await past();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect((await isolate.fetch(SINGLE, as(project.serverKey))).status).toBe(200);
    expect([...binding.counts.values()]).toEqual([2]);
    expect([...binding.counts.keys()].join()).not.toContain(project.serverKey);
  });

  test("writes are counted by token, and reads are not", async ({ expect }) => {
    const binding = aBinding(1);
    const isolate = isolateWith({ LIMIT_WRITES: binding });
    const patch = () => isolate.fetch(WRITE, { ...as(project.adminToken), method: "PATCH" });
    expect((await patch()).status).toBe(200);
    const refused = await patch();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ status: 429, title: "Too Many Requests" });
    const { body: _, ...get } = { ...as(project.adminToken), method: "GET" };
    expect((await isolate.fetch(WRITE, get)).status).toBe(200);
    // One token that is over its limit takes nothing from another one.
    const { token, id, secretHash } = await mintKey(KEY_SECRET, "admin", "write");
    await createAdminKey(project.db, { id, role: "write", name: "other", secretHash }, { actor: "test" });
    expect((await isolate.fetch(WRITE, { ...as(token), method: "PATCH" })).status).toBe(200);
    expect([...binding.counts]).toEqual([
      [project.adminToken.split("_")[2], 2],
      [id, 1],
    ]);
    await isolate.settled();
  });

  test("a limiter that throws allows the call, and logs this once", async ({ expect }) => {
    const binding = { limit: () => Promise.reject(new Error("out of order")) };
    const isolate = isolateWith({ LIMIT_NO_CACHE: binding });
    for (let i = 0; i < 3; i++) {
      const response = await isolate.fetch(SINGLE, as(project.serverKey, { "cache-control": "no-cache" }));
      expect(response.status).toBe(200);
    }
    expect(isolate.logged.filter((event) => event === "rate_limit_failed")).toHaveLength(1);
  });

  test("without a binding each isolate counts for itself, up to its setting", async ({ expect }) => {
    const clock = new FakeClock();
    const bindings = { ...project.bindings, UNKNOWN_KEYS_PER_SECOND: "2" };
    const isolate = startIsolate(bindings, clock);
    const statuses = async () => {
      const responses = await Promise.all(Array.from({ length: 3 }, () => isolate.fetch(SINGLE, as(forged))));
      return responses.map(({ status }) => status).toSorted((a, b) => a - b);
    };
    expect(await statuses()).toEqual([401, 401, 429]);
    await clock.advance(1000);
    expect(await statuses()).toEqual([401, 401, 429]);
  });

  test("a binding that is not a rate limit is logged and not used", async ({ expect }) => {
    expect(() => isolateWith({ LIMIT_WRITES: "300" })).toThrow(/LIMIT_WRITES/);
  });

  test("workerd uses the bindings of wrangler.toml", async ({ expect }) => {
    const colo = await startColo({ bindings: project.bindings, rateLimits: { LIMIT_UNKNOWN_KEYS: 3 } });
    try {
      const statuses: number[] = [];
      // The period may end during the loop, and then the count starts over once.
      for (let i = 0; i < 8; i++) {
        const response = await colo.fetch(SINGLE, as(forged));
        statuses.push(response.status);
        await response.arrayBuffer();
      }
      expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
      expect(statuses).toContain(429);
      expect((await colo.fetch(SINGLE, as(project.serverKey))).status).toBe(200);
    } finally {
      await colo.dispose();
    }
  });
});
