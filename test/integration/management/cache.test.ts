import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const CACHE = "/api/v1/environments/production/cache";

describe("cache management", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("checkout-a"));
    await t.call("POST", FLAGS, aFlagBody("checkout-b"));
    await t.call("POST", FLAGS, aFlagBody("search"));
    await t.call("POST", FLAGS, aFlagBody("maintenance", { kind: "switch" }));
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    await t.call("POST", `${CACHE}/warm`);
  });

  const heldInRedis = async (): Promise<string[]> => {
    const fields = (await t.project.backends.upstash.command("HKEYS", "burgee:feature_flag:production")) as string[];
    return fields.filter((field) => !field.startsWith("@")).toSorted();
  };
  const heldHere = () => [...t.isolate.services.tiers.l1.environment("production").heldKeys()].toSorted();
  const ALL = ["checkout-a", "checkout-b", "maintenance", "search"];

  const cases: [name: string, body: object, purged: string[]][] = [
    ["by flag keys", { flags: ["search", "unknown"] }, ["search"]],
    ["by kind", { kind: "switch" }, ["maintenance"]],
    ["by pattern", { pattern: "checkout-*" }, ["checkout-a", "checkout-b"]],
    ["all", { all: true }, ALL],
  ];
  for (const [name, body, purged] of cases) {
    test(`purges ${name} from both tiers, and reports what was there`, async ({ expect }) => {
      const rest = ALL.filter((key) => !purged.includes(key));
      const dry = await t.call("POST", `${CACHE}/purge?dryRun=true`, body);
      expect(dry).toMatchObject({ status: 200, body: { dryRun: true, flags: purged } });
      expect([await heldInRedis(), heldHere()]).toEqual([ALL, ALL]);
      const done = await t.call("POST", `${CACHE}/purge`, body);
      expect(done.body).toEqual({
        dryRun: false,
        flags: purged,
        deleted: { l1: purged.length, l2: purged.length },
        edge: null,
      });
      expect([await heldInRedis(), heldHere()]).toEqual([rest, rest]);
      expect(await t.evaluate("search")).toMatchObject({ status: 200, body: { value: true } });
    });
  }

  test("a purge keeps the head, so that an earlier reading cannot be filled in again", async ({ expect }) => {
    await t.call("POST", `${CACHE}/purge`, { all: true });
    expect(await t.project.backends.upstash.command("HEXISTS", "burgee:feature_flag:production", "@head")).toBe(1);
  });

  test("a purge takes exactly one way to name entries", async ({ expect }) => {
    for (const body of [
      {},
      { all: false },
      { all: true, kind: "flag" },
      { flags: [] },
      { flags: ["@head"] },
      { pattern: "a b" },
      { kind: "toggle" },
      [],
    ]) {
      const response = await t.call("POST", `${CACHE}/purge`, body);
      expect(response, JSON.stringify(body)).toMatchObject({
        status: 422,
        body: { errors: [{ detail: expect.any(String) }] },
      });
    }
    expect((await t.call("POST", `${CACHE}/purge?dryRun=perhaps`, { all: true })).status).toBe(400);
    expect(heldHere()).toEqual(ALL);
  });

  test("warming loads the whole environment with one query", async ({ expect }) => {
    await t.project.backends.upstash.command("FLUSHALL");
    t.project.resetStats();
    const { body } = await t.call("POST", `${CACHE}/warm`);
    expect(body).toMatchObject({ flags: 4, l1: 4, l2: 4 });
    expect(t.project.roundTrips().l3).toBe(1);
    t.project.resetStats();
    await t.evaluate("search");
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("statistics count this isolate's requests, and name unconfirmed versions", async ({ expect }) => {
    const before = (await t.call("GET", `${CACHE}/stats`)).body;
    await t.evaluate("search");
    await t.evaluate("search");
    const { body } = await t.call("GET", `${CACHE}/stats`);
    expect(body).toMatchObject({
      scope: "isolate",
      isolate: before.isolate,
      dataCentre: null,
      environment: "production",
      tiers: { l1: { size: 4, errors: 0 }, l2: { size: 4 } },
      reads: { l2: { failed: 0 }, l3: { ok: expect.any(Number) } },
      breakers: { redis: "closed", store: "closed" },
      head: { l1: expect.any(Number), checkedSecondsAgo: 0 },
      outbox: { pending: expect.any(Number) },
    });
    expect(body.head.l2).toBe(body.head.l1);
    expect(body.tiers.l1.hits - before.tiers.l1.hits).toBe(2);
    expect(body.outbox.pending).toBeGreaterThan(0);
    await t.isolate.services.sweep(() => undefined);
    expect((await t.call("GET", `${CACHE}/stats`)).body.outbox.pending).toBe(0);
  });

  test("with Redis down, statistics say so, and a purge only reaches this isolate's memory", async ({ expect }) => {
    t.project.backends.upstash.setFaults({ down: true });
    try {
      const stats = await t.call("GET", `${CACHE}/stats`);
      expect(stats).toMatchObject({
        status: 200,
        body: { tiers: { l2: { error: "Redis cannot be reached" } }, head: { l2: null } },
      });
      const dryRun = await t.call("POST", `${CACHE}/purge?dryRun=true`, { all: true });
      expect(dryRun).toMatchObject({ status: 503, body: { detail: "Redis cannot be reached" } });
      expect(dryRun.body.mayHaveHappened).toBeUndefined();
      expect(await t.call("POST", `${CACHE}/purge`, { all: true })).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining("send the purge again"), mayHaveHappened: true },
      });
      expect(heldHere()).toEqual([]);
    } finally {
      t.project.backends.upstash.setFaults({});
    }
  });

  test("an unknown environment has no cache to manage", async ({ expect }) => {
    for (const [method, path, body] of [
      ["POST", "purge", { all: true }],
      ["POST", "warm"],
      ["GET", "stats"],
    ] as const) {
      expect((await t.call(method, `/api/v1/environments/nowhere/cache/${path}`, body)).status, path).toBe(404);
    }
  });

  test("statistics need an admin token", async ({ expect }) => {
    const { token } = await aToken(t.project, "admin", "read");
    expect((await send(t.isolate, token, "GET", `${CACHE}/stats`)).status).toBe(200);
    expect((await send(t.isolate, t.project.serverKey, "GET", `${CACHE}/stats`)).status).toBe(403);
  });
});
