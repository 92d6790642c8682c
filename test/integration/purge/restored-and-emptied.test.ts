import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import type { Isolate } from "../../support/app.ts";

// The restore loses one version, in which "banner" was disabled, and Redis loses everything. The lost version goes to
// an edit of another flag, and Redis learns of it together with a later version or not at all. Nothing there is ahead
// of the database, and its changes lead on from a version of the same number.
describe("a restored database while Redis is emptied", () => {
  let world: RestoredWorld;
  let edge: MapEdgeCache;
  let reader: Isolate;
  let lost: number;

  const start = (bindings: Record<string, string> = {}) => world.isolate(bindings, { openCache: edge.open });
  const edit = (flag: string, metadata: string) =>
    world.project.backends.neon.query("update flags set metadata = $2::jsonb where key = $1", [flag, metadata]);
  const emptyRedis = () => world.project.backends.upstash.command("FLUSHALL");

  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    edge = new MapEdgeCache(world.clock.now);
    await emptyRedis();
    await world.write({ key: "banner", enabled: true });
    await world.write({ key: "other", enabled: true });
    await world.sweep();
    const restore = await world.backup();
    lost = await world.write({ key: "banner", enabled: false });
    reader = start();
    for (const flag of ["banner", "other"]) await world.askLater(reader, flag);
    await restore();
    await emptyRedis();
    edge = new MapEdgeCache(world.clock.now);
    await edit("other", '{"since":"the restore"}');
  });

  test("an isolate of the lost version does not follow the changes of a fill", async ({ expect }) => {
    const restored = start();
    expect(await world.ask(restored, "banner")).toMatchObject({ value: true, version: lost });
    await edit("other", '{"since":"then"}');
    await emptyRedis();
    // This isolate lists the change since the lost version, and fills Redis with it.
    expect(await world.askLater(restored, "other")).toMatchObject({ version: lost + 1 });
    expect(await world.askLater(reader, "other")).toMatchObject({ version: lost + 1 });
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true, version: lost + 1 });
  });

  test("nor those of a write that publishes both versions", async ({ expect }) => {
    expect(await world.write({ key: "third", enabled: true })).toBe(lost + 1);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true, version: lost + 1 });
  });

  test("nor older changes, which the head no longer lists", async ({ expect }) => {
    await world.sweep();
    for (let i = 0; i < 80; i++) await world.write({ key: "third", enabled: i % 2 === 0 });
    const version = await world.versionOf();
    expect(version).toBeGreaterThan(lost + 70);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true, version });
  });

  test.for([
    ["with a purge transport", ZONE],
    ["without one", {}],
  ] as const)(
    "nor a head that its data centre shares, %s, and leaves no entry there",
    async ([, bindings], { expect }) => {
      const sharing = start(bindings);
      await world.ask(sharing, "banner");
      await edit("other", '{"since":"then"}');
      await emptyRedis();
      const entries = edge.open;
      const old = world.isolate(bindings, { openCache: entries });
      await world.clock.advance(31_000);
      await world.askLater(sharing, "other");
      expect(await world.ask(reader, "banner")).toMatchObject({ value: true, version: lost + 1 });
      for (const isolate of [old, start(bindings)])
        expect(await world.ask(isolate, "banner")).toMatchObject({ value: true, version: lost + 1 });
    },
  );
});
