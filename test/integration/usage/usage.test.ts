import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { USAGE_VARS } from "../../../dev/session/settings.ts";
import { all, bootstrap, type Caller, details } from "../../../src/rpc/calls.ts";
import { ENVIRONMENT, startUsageWorld, type UsageWorld } from "./usage-world.ts";

describe.each([
  ["with Redis", true],
  ["without Redis", false],
])("usage %s", (_, hasRedis) => {
  let world: UsageWorld;
  let isolate: Isolate;
  beforeAll(async () => {
    world = await startUsageWorld({ hasRedis });
    await world.project.save({ key: "plain" });
    await world.project.save({
      key: "ruled",
      rules: [
        { id: "staff", when: { attribute: "staff", operator: "equals", values: [true] }, serve: { variant: "off" } },
      ],
    });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.clock.advance(24 * 3_600_000);
    isolate = world.start();
  });

  const usageOf = async (flag: string, query = "") =>
    (await world.call("GET", `${ENVIRONMENT}/flags/${flag}/usage?step=hour${query}`)).body;

  test("counts variants and rules as used or requested, before and after a sweep", async ({ expect }) => {
    const context = { targetingKey: "user-1", staff: true };
    await world.evaluate(isolate, "ruled");
    await world.evaluate(isolate, "ruled", { context });
    await world.evaluate(isolate, "ruled", { context });
    await world.evaluate(isolate, undefined, { context });
    const at = world.clock.now();
    await world.flush(isolate);
    const expected = {
      total: { requested: 1, used: 3 },
      lastUsedAt: new Date(at).toISOString(),
      lastRequestedAt: new Date(at).toISOString(),
      complete: true,
      outcomes: [
        { variant: "off", rule: "staff", requested: 1, used: 2 },
        { variant: "on", rule: null, requested: 0, used: 1 },
      ],
      keys: [{ requested: 1, used: 3 }],
    };
    expect(await usageOf("ruled")).toMatchObject(expected);
    await world.sweep();
    expect(await usageOf("ruled")).toMatchObject(expected);
    await world.sweep();
    expect(await usageOf("ruled")).toMatchObject(expected);
    const { items } = (await world.call("GET", `${ENVIRONMENT}/flags`)).body;
    expect(items[1]).toMatchObject({
      key: "ruled",
      lastEvaluatedAt: expected.lastUsedAt,
      lastUsedAt: expected.lastUsedAt,
    });
  });

  test("keeps what was counted while the backend fails, and counts it once", async ({ expect }) => {
    const { upstash, neon } = world.project.backends;
    const backend = hasRedis ? upstash : neon;
    await world.evaluate(isolate, "plain");
    backend.setFaults({ dropAfterApply: true });
    await world.flush(isolate);
    backend.setFaults({ down: true });
    await world.clock.advance(60_000);
    await world.evaluate(isolate, "plain");
    await world.flush(isolate);
    backend.setFaults({});
    expect(isolate.logged).toContain("usage_flush_failed");
    for (let i = 0; i < 3; i++) {
      await world.clock.advance(600_000);
      await world.evaluate(isolate, "plain");
      await world.flush(isolate);
    }
    await world.sweep();
    expect((await usageOf("plain")).total).toEqual({ requested: 0, used: 5 });
  });

  test("costs a warm evaluation no round trip, and a report of an isolate one or two", async ({ expect }) => {
    await world.evaluate(isolate);
    await world.evaluate(isolate, "plain");
    await world.flush(isolate);
    world.project.resetStats();
    for (let i = 0; i < 50; i++) await world.evaluate(isolate, "plain");
    expect(world.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    // The report is due 40 s after the first one, behind this response.
    await world.clock.advance(35_000);
    await world.evaluate(isolate, "plain");
    await world.flush(isolate);
    expect(world.project.roundTrips()).toEqual(hasRedis ? { l2: 1, l3: 0 } : { l2: 0, l3: 1 });
  });

  test("leaves out variants from overrides, explanations and samples", async ({ expect }) => {
    await world.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
    const { token } = (await world.call("POST", `${ENVIRONMENT}/overrides`, { flags: { plain: "off" } })).body;
    await world.clock.advance(120_000);
    await world.evaluate(isolate, "plain", { headers: { "x-flags-overrides": token } });
    await world.evaluate(isolate, "ruled", { headers: { "x-flags-overrides": token } });
    await world.call("POST", `${ENVIRONMENT}/flags/plain/explain`, { context: {} });
    await world.call("POST", `${ENVIRONMENT}/flags/plain/sample`, { context: {}, count: 10 });
    await world.flush(isolate);
    expect((await usageOf("plain")).total).toEqual({ requested: 0, used: 0 });
    expect((await usageOf("ruled")).total).toEqual({ requested: 0, used: 1 });
    await world.call("PATCH", ENVIRONMENT, { overridesAllowed: false });
  });

  test("counts calls of a service binding in the worker: one flag as used, all as requested", async ({ expect }) => {
    const behind: Promise<unknown>[] = [];
    const caller: Caller = {
      services: () => isolate.services,
      props: { environment: "production", kind: "server" },
      waitUntil: (promise) => void behind.push(promise),
    };
    const given = { context: { targetingKey: "u" }, options: undefined };
    await details(caller, { key: "plain", fallback: false, ...given });
    await all(caller, given);
    await bootstrap(caller, given);
    await world.flush(isolate);
    await Promise.all(behind);
    expect(await usageOf("plain")).toMatchObject({ total: { requested: 2, used: 1 }, keys: [{ id: null }] });
  });

  test("counts a GET, and notes a key that reads definitions", async ({ expect }) => {
    const headers = { authorization: `Bearer ${world.project.serverKey}` };
    await isolate.fetch("/flags/plain?targetingKey=u", { headers });
    await isolate.fetch("/flags?targetingKey=u", { headers });
    await world.flush(isolate);
    expect((await usageOf("plain")).total).toEqual({ requested: 1, used: 1 });
    await world.clock.advance(3_600_000);
    const at = world.clock.now();
    await isolate.fetch(`${ENVIRONMENT}/definitions`, { headers });
    await world.flush(isolate);
    await world.sweep();
    const { items } = (await world.call("GET", `${ENVIRONMENT}/keys`)).body;
    expect(items.map((key: { lastUsedAt: string | null }) => key.lastUsedAt)).toContain(new Date(at).toISOString());
  });

  test("shows a count within 15 s under `npm run dev`, however long it has run", async ({ expect }) => {
    const dev = world.start(USAGE_VARS);
    for (let i = 1; i <= 30; i++) {
      await world.evaluate(dev, "plain");
      await world.clock.advance(15_000);
      await dev.settled();
      expect((await usageOf("plain")).total.used).toBe(i);
    }
  });
});
