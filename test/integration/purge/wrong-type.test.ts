import { afterAll, beforeAll, describe, test } from "vitest";
import { createRedis, runCommand } from "../../../src/cache/redis/client.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { send } from "../management/client.ts";

const KEY = "burgee:feature_flag:production";

describe("a string in the place of an environment's hash", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    await world.write({ key: "banner" });
  });
  afterAll(() => world.close());

  const put = () => world.project.backends.upstash.command("SET", KEY, "x");
  const typeOfKey = () => world.project.backends.upstash.command("TYPE", KEY);

  test("is replaced by the first evaluation, without an error and with the breaker closed", async ({ expect }) => {
    await put();
    const isolate = world.isolate();
    for (let i = 0; i < 10; i++) expect(await world.ask(isolate, "banner")).toMatchObject({ status: 200, value: true });
    expect(await typeOfKey()).toBe("hash");
    expect(isolate.logged).toEqual([]);
    const other = world.isolate();
    world.project.resetStats();
    await world.ask(other, "banner");
    expect(world.project.backends.neon.stats().requests).toBe(0);
  });

  test("never opens the breaker, however often it comes back", async ({ expect }) => {
    const isolate = world.isolate();
    for (let i = 0; i < 12; i++) {
      await put();
      await world.askLater(isolate, "banner");
      await put();
      await world.ask(world.isolate(), "banner");
    }
    expect(isolate.services.redisBreaker?.state).toBe("closed");
    expect(isolate.logged).toEqual([]);
  });

  test("is replaced by the sweep, which confirms the change", async ({ expect }) => {
    await world.project.save({ key: "banner", metadata: { edited: "in SQL" } });
    await put();
    const isolate = world.isolate();
    expect(await isolate.services.sweep(() => undefined)).toMatchObject({ failed: 0 });
    expect(await typeOfKey()).toBe("hash");
    expect(await world.project.backends.neon.query("select version from outbox where done_at is null")).toEqual([]);
  });

  test("is replaced by a write, which reports its purge as published", async ({ expect }) => {
    await put();
    const flag = "/api/v1/environments/production/flags/banner";
    const body = { metadata: { n: 1 } };
    const response = await send(world.isolate(), world.project.adminToken, "PATCH", flag, body);
    expect(response.body.published).toEqual({ redis: true });
    expect(await typeOfKey()).toBe("hash");
  });
});

describe("a Redis that refuses one command", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    await world.write({ key: "banner" });
  });
  afterAll(() => world.close());

  test("does not open the breaker, while one that is down does", async ({ expect }) => {
    const { upstash } = world.project.backends;
    const { redisBreaker } = world.isolate().services;
    const client = createRedis(upstash.url, upstash.token, 20_000);
    const fail = async () => {
      for (let i = 0; i < 10; i++)
        await redisBreaker?.run(() => runCommand(client, ["HGET", KEY])).catch(() => undefined);
    };
    await fail();
    expect(redisBreaker?.state).toBe("closed");
    upstash.setFaults({ errorRate: 1 });
    await fail();
    expect(redisBreaker?.state).toBe("open");
    upstash.setFaults({});
  });
});
