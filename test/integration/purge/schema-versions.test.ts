import { afterAll, beforeAll, describe, test } from "vitest";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import type { Isolate } from "../../support/app.ts";
import { send } from "../management/client.ts";

const FLAG = "/api/v1/environments/production/flags/banner";

/** Two releases whose documents have different schema versions, on one database and one Redis. */
describe("an old and a new worker during a deployment", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    await world.write({ key: "banner" });
    await world.write({ key: "other" });
  });
  afterAll(() => world.close());

  const start = (schemaVersion: number): Isolate => world.isolate({}, { schemaVersion });
  const storeReads = () => world.project.backends.neon.stats().requests;
  const askAll = async (isolate: Isolate) => {
    const response = await send(isolate, world.project.serverKey, "POST", "/ofrep/v1/evaluate/flags", { context: {} });
    return response.status;
  };

  test("load Postgres once each, however many isolates of both start", async ({ expect }) => {
    for (const version of [1, 2]) await askAll(start(version));
    world.project.resetStats();
    for (let i = 0; i < 10; i++) {
      for (const version of [1, 2]) {
        const isolate = start(version);
        expect(await world.ask(isolate, "banner")).toMatchObject({ status: 200, value: true });
        expect(await askAll(isolate)).toBe(200);
      }
    }
    expect(storeReads()).toBe(0);
  });

  test.for([
    [1, 2],
    [2, 1],
  ])("see a write of version %i within a second, at one read of Postgres by version %i", async ([by, other], t) => {
    const writer = start(by!);
    const readers = [start(by!), start(other!), start(other!)];
    await send(writer, world.project.adminToken, "GET", FLAG);
    for (const reader of readers) await world.askLater(reader, "banner");
    for (const isOn of [false, true]) {
      const written = await send(writer, world.project.adminToken, "PATCH", FLAG, { enabled: isOn });
      t.expect(written.body.published).toEqual({ redis: true });
      world.project.resetStats();
      await world.clock.advance(1001);
      for (const reader of readers) t.expect(await world.ask(reader, "banner")).toMatchObject({ value: isOn });
      for (const version of [1, 2]) t.expect(await world.ask(start(version), "banner")).toMatchObject({ value: isOn });
      t.expect(storeReads()).toBeLessThanOrEqual(1);
    }
  });

  test("see an edit in SQL after the sweep of either", async ({ expect }) => {
    const readers = [start(1), start(2)];
    for (const [i, sweeper] of [1, 2, 1].entries()) {
      for (const reader of readers) await world.askLater(reader, "banner");
      await world.project.save({ key: "banner", enabled: i % 2 === 1 });
      await start(sweeper).services.sweep(() => undefined);
      for (const reader of readers)
        expect(await world.askLater(reader, "banner")).toMatchObject({ value: i % 2 === 1 });
    }
  });
});
