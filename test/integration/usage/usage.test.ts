import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
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
});
