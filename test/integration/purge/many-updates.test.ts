import { afterEach, beforeEach, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";

const HASH = "burgee:feature_flag:production";

/** More updates than a head lists, in the minute between two sweeps. */
describe("many updates between two sweeps", () => {
  let world: RestoredWorld;
  let reader: Isolate;
  beforeEach(async () => {
    world = await RestoredWorld.start();
    for (const key of ["other", "banner"]) await world.write({ key });
    await world.sweep();
    reader = world.isolate();
    for (const key of ["other", "banner"]) await world.askLater(reader, key);
  });
  afterEach(() => world.close());

  const update = async (count: number) => {
    for (let n = 0; n < count; n++) await world.write({ key: "banner", enabled: n % 2 === 0 });
  };
  /** Returns the number of commands that the reader needs for its next head check and a flag that nobody changed. */
  const commandsForOther = async (): Promise<number> => {
    await world.clock.advance(1001);
    world.project.resetStats();
    await world.ask(reader, "other");
    return world.project.roundTrips().l2;
  };

  test("leave the other flags in Redis and in the memory of an isolate in use", async ({ expect }) => {
    for (let i = 0; i < 3; i++) {
      await update(50);
      expect(await commandsForOther(), `after ${50 * (i + 1)} updates`).toBe(1);
    }
    expect(await world.project.backends.upstash.command("HEXISTS", HASH, "other")).toBe(1);
    expect(await world.ask(reader, "banner")).toMatchObject({ value: false });
  });

  test("do not make an isolate start over that was idle meanwhile", async ({ expect }) => {
    await update(300);
    expect(await commandsForOther()).toBe(1);
    expect(await world.ask(reader, "banner")).toMatchObject({ value: false, version: await world.versionOf() });
    expect(world.project.roundTrips().l2).toBe(1);
  });

  describe("while a reader cannot reach Redis", () => {
    beforeEach(async () => {
      await update(100);
      world.project.backends.upstash.setFaults({ down: true });
    });

    test("leave the flags in its memory that nobody changed", async ({ expect }) => {
      await world.clock.advance(1001);
      world.project.resetStats();
      expect(await world.ask(reader, "other")).toMatchObject({ value: true, version: await world.versionOf() });
      // The head check; the flag itself is still in memory.
      expect(world.project.roundTrips().l3).toBe(1);
    });

    test("leave the flags in Redis when it stores what Postgres returned", async ({ expect }) => {
      const { upstash } = world.project.backends;
      // Commits of writers that cannot reach Redis either.
      for (let n = 0; n < 70; n++) await world.project.save({ key: "banner", metadata: { n } });
      upstash.setFaults({});
      await world.ask(reader, "banner", { "cache-control": "no-cache" });
      expect(await upstash.command("HGET", HASH, "@head")).toMatch(new RegExp(`^${await world.versionOf()}\n`));
      expect(await upstash.command("HEXISTS", HASH, "other")).toBe(1);
    });
  });

  test("leave the other flags in Redis when an isolate that knows nothing stores what it read", async ({ expect }) => {
    const { upstash } = world.project.backends;
    await world.project.save({ key: "banner", metadata: { n: 1 } });
    await world.ask(world.isolate(), "banner", { "cache-control": "no-cache" });
    expect(await upstash.command("HGET", HASH, "@head")).toMatch(new RegExp(`^${await world.versionOf()}\n`));
    expect(await upstash.command("HEXISTS", HASH, "other")).toBe(1);
  });

  test("make it start over if Redis has lost the older changes", async ({ expect }) => {
    await update(300);
    await world.project.backends.upstash.command("DEL", "burgee:older_changes:production");
    expect(await commandsForOther()).toBe(2);
    expect(await world.ask(reader, "banner")).toMatchObject({ value: false, version: await world.versionOf() });
  });

  test("arrive if something else is stored in place of the older changes", async ({ expect }) => {
    const { upstash } = world.project.backends;
    await update(100);
    await upstash.command("SET", "burgee:older_changes:production", "text");
    await world.askLater(reader, "other");
    await update(100);
    expect(await upstash.command("HLEN", "burgee:older_changes:production")).toBe(100);
    expect(await commandsForOther()).toBe(1);
  });

  test("are published one by one by a sweep that finds Redis without any of them", async ({ expect }) => {
    for (let n = 0; n < 100; n++) await world.project.save({ key: "banner", metadata: { n } });
    const before = await world.project.backends.upstash.command("HGET", HASH, "@head");
    await world.sweep();
    expect(await world.project.backends.upstash.command("HGET", HASH, "@head")).not.toBe(before);
    expect(await world.project.backends.upstash.command("HEXISTS", HASH, "other")).toBe(1);
  });
});
