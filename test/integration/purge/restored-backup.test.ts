import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";

/** The database is restored to a backup while caches hold later versions. The next sweep must notice by itself. */
describe("after a backup was restored", () => {
  let world: RestoredWorld;
  let readers: Isolate[];
  let restore: () => Promise<void>;
  /** The newest version that was lost. */
  let lost: number;

  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    await world.project.backends.upstash.command("FLUSHALL");
    world.project.backends.upstash.setFaults({});
    await world.write({ key: "banner", enabled: true });
    await world.write({ key: "other", enabled: true });
    await world.sweep();
    restore = await world.backup();
    await world.write({ key: "banner", enabled: false });
    lost = await world.write({ key: "other", enabled: false });
    readers = [world.isolate(), world.isolate()];
    for (const reader of readers) {
      await world.ask(reader, "banner");
      await world.ask(reader, "other");
    }
  });

  test("one sweep brings every isolate to the restored flags for good", async ({ expect }) => {
    await restore();
    expect(await world.sweep()).toEqual(["restore_detected"]);
    const version = await world.versionOf();
    expect(version).toBeGreaterThan(lost);
    for (const reader of [...readers, world.isolate()]) {
      expect(await world.askLater(reader, "banner")).toEqual({ status: 200, value: true, version });
      expect(await world.askLater(reader, "other")).toEqual({ status: 200, value: true, version });
    }
    expect(await world.sweep()).toEqual([]);
    expect(await world.versionOf()).toBe(version);
    const pending = await world.project.backends.neon.query("select version from outbox where done_at is null");
    expect(pending).toEqual([]);
  });

  test("writes continue above every version that was ever seen", async ({ expect }) => {
    await restore();
    await world.sweep();
    const before = await world.versionOf();
    expect(await world.write({ key: "banner", enabled: false })).toBe(before + 1);
    expect(await world.askLater(readers[0]!, "banner")).toMatchObject({ value: false, version: before + 1 });
  });

  test("a write before the sweep that reuses a lost version is not taken for the lost write", async ({ expect }) => {
    await restore();
    // The lost write of that version had switched the flag off.
    const again = await world.write({ key: "banner", enabled: true, metadata: { since: "the restore" } });
    expect(again).toBeLessThanOrEqual(lost);
    await world.sweep();
    for (const reader of readers) expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
  });

  test("as many writes as were lost, before any sweep, do not hide the restore", async ({ expect }) => {
    await restore();
    for (let i = 0; i < 4; i++) await world.write({ key: "third", enabled: true, metadata: { i } });
    expect(await world.sweep()).toEqual([]);
    for (const reader of [...readers, world.isolate()]) {
      expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
      expect(await world.askLater(reader, "third")).toMatchObject({ value: true });
    }
  });

  test("an isolate that could not reach Redis and read the store recovers, too", async ({ expect }) => {
    const [ahead] = readers as [Isolate];
    world.project.backends.upstash.setFaults({ down: true });
    for (let i = 0; i < 5; i++) lost = await world.write({ key: "banner", enabled: false, metadata: { i } });
    await world.ask(ahead, "banner", { "cache-control": "no-cache" });
    expect(ahead.services.source.knownVersion("production")).toBe(lost);
    world.project.backends.upstash.setFaults({});
    await restore();
    await world.sweep();
    expect(await world.askLater(ahead, "banner")).toMatchObject({ status: 200, value: true });
  });

  test("if Redis was emptied at the same time, an isolate with a later version tells the sweep", async ({ expect }) => {
    await restore();
    await world.project.backends.upstash.command("FLUSHALL");
    expect(await world.sweep()).toEqual([]);
    // The isolate's head check finds that Postgres is behind, and writes the version that it knows to Redis.
    await world.askLater(readers[0]!, "banner");
    expect(await world.sweep()).toEqual(["restore_detected"]);
    expect(await world.versionOf()).toBeGreaterThan(lost);
    for (const reader of readers) expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
  });

  test("if Redis was filled again by then, the isolate tells when its entries expire", async ({ expect }) => {
    await restore();
    await world.project.backends.upstash.command("FLUSHALL");
    await world.ask(world.isolate(), "banner");
    // The head in Redis is behind, so it does not confirm the entries of an isolate that is asked all the time.
    for (let i = 0; i < 5; i++) {
      expect(await world.askLater(readers[0]!, "banner")).toMatchObject({ version: lost });
      await world.clock.advance(60_000);
    }
    expect(await world.sweep()).toEqual([]);
    await world.askLater(readers[0]!, "banner");
    expect(await world.sweep()).toEqual(["restore_detected"]);
    for (const reader of readers) expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
  });

  test("if no cache knows later versions, versions simply continue", async ({ expect }) => {
    await restore();
    await world.project.backends.upstash.command("FLUSHALL");
    const fresh = world.isolate();
    expect(await world.askLater(fresh, "banner")).toMatchObject({ status: 200, value: true });
    expect(await world.sweep()).toEqual([]);
    expect(await world.write({ key: "banner", enabled: false })).toBeLessThanOrEqual(lost);
    expect(await world.askLater(fresh, "banner")).toMatchObject({ value: false });
  });

  test("a lost version is a 503 until the sweep", async ({ expect }) => {
    await restore();
    await world.project.backends.upstash.command("FLUSHALL");
    const atLeast = { "x-flags-min-version": String(lost) };
    expect((await world.ask(world.isolate(), "banner", atLeast)).status).toBe(503);
    await world.clock.advance(301_000);
    await world.ask(readers[0]!, "banner");
    await world.sweep();
    expect(await world.ask(world.isolate(), "banner", atLeast)).toMatchObject({ status: 200, value: true });
  });

  test("two sweeps at the same time raise the version once", async ({ expect }) => {
    await restore();
    const logged = await Promise.all([world.sweep(), world.sweep()]);
    expect(logged.flat()).toEqual(["restore_detected"]);
    expect(await world.askLater(readers[0]!, "banner")).toMatchObject({ value: true });
  });

  test("the check costs two commands a sweep, and no query", async ({ expect }) => {
    await world.sweep();
    world.project.resetStats();
    await world.sweep();
    expect(world.project.backends.upstash.stats().byCommand).toEqual({ SCAN: 1, EVAL_RO: 1 });
    // The two calls to Postgres read and prune the outbox.
    expect(world.project.roundTrips()).toEqual({ l2: 2, l3: 2 });
  });

  test("a Redis that does not respond is logged, and the sweep continues", async ({ expect }) => {
    world.project.backends.upstash.setFaults({ down: true });
    expect(await world.sweep()).toContain("restore_check_failed");
  });

  test("a head too high to be real counts as damage, and is not followed", async ({ expect }) => {
    const { upstash } = world.project.backends;
    const before = await world.versionOf();
    await upstash.command("HSET", "burgee:feature_flag:production", "@head", "9007199254740991\n9007199254740991 *");
    await upstash.command("SET", "burgee:feature_flag:damaged", "no hash");
    expect(await world.sweep()).toEqual([]);
    expect(await world.versionOf()).toBe(before);
  });
});
