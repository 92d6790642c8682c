import { afterAll, beforeAll, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { send } from "../management/client.ts";
import { ENVIRONMENT, startUsageWorld, type UsageWorld } from "./usage-world.ts";

const HOUR_MS = 3_600_000;

describe.each([
  ["with Redis", true],
  ["without Redis", false],
])("reports of other processes, %s", (_, hasRedis) => {
  let world: UsageWorld;
  let isolate: Isolate;
  beforeAll(async () => {
    world = await startUsageWorld({ hasRedis });
    await world.project.save({ key: "plain" });
    isolate = world.start({ USAGE_FLUSH_SECONDS: 0 });
  });
  afterAll(() => world.close());

  const at = (ms = 0) => new Date(world.clock.now() + ms).toISOString();
  const report = (body: unknown, token = world.project.serverKey, path = `${ENVIRONMENT}/usage`) =>
    send(isolate, token, "POST", path, body);
  const aReport = (batch: string, count: object = {}) => ({
    batch,
    counts: [{ flag: "plain", variant: "on", at: at(), used: 3, ...count }],
  });
  const total = async () =>
    (await world.call("GET", `${ENVIRONMENT}/flags/plain/usage?step=hour`)).body.total as { used: number };

  test("count once for each batch, before and after a sweep", async ({ expect }) => {
    const first = aReport("batch-0001");
    expect(await report(first)).toMatchObject({ status: 200, body: { counted: 1, ignored: 0 } });
    expect(await report(first)).toMatchObject({ status: 200 });
    expect(await total()).toEqual({ requested: 0, used: 3 });
    await world.sweep();
    await report(first);
    await world.sweep();
    expect(await total()).toEqual({ requested: 0, used: 3 });
    await report(aReport("batch-0002", { requested: 2, rule: "r1" }));
    expect(await total()).toEqual({ requested: 2, used: 6 });
  });

  test("say when the flag and the key were last used", async ({ expect }) => {
    await world.clock.advance(HOUR_MS);
    await report(aReport("batch-0003", { at: at(-60_000) }));
    await world.sweep();
    const { items } = (await world.call("GET", `${ENVIRONMENT}/flags`)).body;
    expect(items[0]).toMatchObject({ key: "plain", lastUsedAt: at(-60_000), lastEvaluatedAt: at(-60_000) });
    const keys = (await world.call("GET", `${ENVIRONMENT}/keys`)).body.items as { kind: string; lastUsedAt: string }[];
    expect(keys.find(({ kind }) => kind === "server")?.lastUsedAt).toBe(at());
  });

  test("move times of a wrong clock by a day at most, and never into the future", async ({ expect }) => {
    await world.clock.advance(48 * HOUR_MS);
    await report(aReport("batch-0004", { at: at(365 * 24 * HOUR_MS), used: 10 }));
    await report(aReport("batch-0005", { at: at(-365 * 24 * HOUR_MS), used: 100 }));
    const query = `from=${at(-25 * HOUR_MS)}&step=hour`;
    const { body } = await world.call("GET", `${ENVIRONMENT}/usage?${query}`);
    expect(body.points.map((point: { used: number }) => point.used)).toEqual([100, 10]);
    expect(body.items).toMatchObject([{ flag: "plain", used: 110, lastUsedAt: at() }]);
  });

  test("ignore flags that do not exist", async ({ expect }) => {
    const unknown = { batch: "batch-0006", counts: [{ flag: "nobody", at: at(), used: 1 }] };
    expect(await report(unknown)).toMatchObject({ status: 200, body: { counted: 0, ignored: 1 } });
    expect((await world.call("GET", `${ENVIRONMENT}/flags/nobody/usage`)).status).toBe(404);
  });

  test("require a server key of the environment", async ({ expect }) => {
    const { clientKey, adminToken } = world.project;
    for (const token of [clientKey, adminToken]) expect((await report(aReport("batch-0007"), token)).status).toBe(403);
    const elsewhere = "/api/v1/environments/elsewhere/usage";
    expect((await report(aReport("batch-0007"), world.project.serverKey, elsewhere)).status).toBe(403);
    expect((await report(aReport("batch-0007"), "bgs_production_x")).status).toBe(401);
  });

  test.for<[pointer: string, body: object]>([
    ["/batch", { batch: "short" }],
    ["/batch", { batch: "a b c d e f g" }],
    ["/counts", { counts: [] }],
    ["/counts", { counts: Array.from({ length: 1001 }, () => ({ flag: "plain", at: "2026-11-28", used: 1 })) }],
    ["/counts/0/at", { counts: [{ flag: "plain", at: "yesterday", used: 1 }] }],
    ["/counts/0/flag", { counts: [{ flag: "*", at: "2026-11-28", used: 1 }] }],
    ["/counts/0/used", { counts: [{ flag: "plain", at: "2026-11-28", used: -1 }] }],
    ["/counts/0/used", { counts: [{ flag: "plain", at: "2026-11-28", used: 1.5 }] }],
    ["/counts/0/used", { counts: [{ flag: "plain", at: "2026-11-28", used: 2_000_000_000 }] }],
    ["/counts/0/key", { counts: [{ flag: "plain", at: "2026-11-28", used: 1, key: "x" }] }],
  ])("are refused with the place of a mistake: %s", async ([pointer, body], { expect }) => {
    const { status, body: problem } = await report({ ...aReport("batch-0008"), ...body });
    expect([status, problem.errors[0].pointer]).toEqual([422, pointer]);
  });
});
