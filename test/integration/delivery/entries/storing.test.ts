import { describe, test } from "vitest";
import { EVERY_MS, useDataCentre } from "./data-centre-world.ts";

describe("an environment is stored in its data centre", () => {
  const world = useDataCentre();
  const stored = () => world.edge.environments().map(({ version, base }) => [version, base?.version]);

  test("after a bulk response, and again only for a new version", async ({ expect }) => {
    const isolate = world.start();
    const first = (await world.ask(isolate, "")).version;
    expect(stored()).toEqual([[first, undefined]]);
    const { puts } = world.edge;
    await world.clock.advance(2 * EVERY_MS);
    await world.ask(isolate, "");
    // The head is shared again, and nothing else.
    expect(world.edge.puts).toBe(puts + 1);
    const second = await world.publish(isolate, { key: "banner", enabled: false });
    await world.clock.advance(1001);
    await world.ask(isolate, "");
    expect(stored()).toEqual([
      [first, undefined],
      [second, undefined],
    ]);
    const third = await world.publish(isolate, { key: "banner", enabled: true });
    await world.clock.advance(1001);
    await world.ask(isolate, "");
    expect(stored().at(-1)).toEqual([third, second]);
    world.breakDown();
    await world.clock.advance(2000);
    expect(await world.ask(world.start(), "")).toMatchObject({ value: true, version: third });
  });

  test("by an isolate that serves single flags too, which reads the rest behind its response", async ({ expect }) => {
    const isolate = world.start();
    world.project.resetStats();
    const { version } = await world.ask(isolate);
    expect(stored()).toEqual([[version, undefined]]);
    const { puts } = world.edge;
    await world.clock.advance(2 * EVERY_MS);
    await world.ask(isolate);
    // The head is shared again, and nothing else.
    expect(world.edge.puts).toBe(puts + 1);
    world.breakDown();
    await world.clock.advance(2000);
    expect((await world.ask(world.start(), "")).keys).toHaveLength(4);
    expect(await world.ask(world.start(), "/other-1")).toMatchObject({ status: 200, version });
  });

  test("once per version and data centre, by whichever isolate comes first", async ({ expect }) => {
    await world.leaveEntries();
    for (let i = 0; i < 3; i++) {
      await world.clock.advance(1001);
      await world.ask(world.start(), "");
    }
    expect(stored()).toHaveLength(1);
  });

  test("whole at most once in ten seconds, also by isolates that cannot tell the changes", async ({ expect }) => {
    const first = await world.leaveEntries();
    const elsewhere = world.start();
    for (let second = 1; second < 9; second++) {
      await world.publish(elsewhere, { key: "banner", enabled: second % 2 === 0 });
      await world.clock.advance(1001);
      // A new isolate has not read the whole entry, so it does not know what changed since.
      await world.ask(world.start(), "");
    }
    expect(stored()).toEqual([[first, undefined]]);
    await world.clock.advance(2000);
    const { version } = await world.ask(world.start(), "");
    expect(stored().at(-1)).toEqual([version, undefined]);
    expect(stored()).toHaveLength(2);
  });

  test("never over a newer one, as an isolate behind a lagging replica might do", async ({ expect }) => {
    const isolate = world.start();
    const old = (await world.ask(isolate, "")).version;
    world.edge.rewrite((body) => body.replaceAll(`"version":${old},`, `"version":${old + 1},`));
    const newest = () => world.edge.bodies().find((body) => body.includes('"whole"'));
    const before = newest();
    await world.clock.advance(EVERY_MS + 1);
    await world.ask(world.start(), "");
    expect(before).toContain(`"version":${old + 1},`);
    expect(newest()).toBe(before);
  });

  test("once a day even without changes, so that it does not expire", async ({ expect }) => {
    const isolate = world.start();
    await world.ask(isolate, "");
    const takenAt = () => world.edge.environments()[0]?.takenAt;
    for (let day = 1; day <= 40; day++) {
      const before = takenAt();
      await world.clock.advance(24 * 3_600_000);
      await world.ask(isolate, "");
      expect(takenAt()).toBe((before ?? 0) + 24 * 3_600_000);
    }
    expect(stored()).toHaveLength(1);
    world.breakDown();
    await world.clock.advance(1001);
    expect((await world.ask(world.start())).cacheStatus).toContain("ttl=-1;");
  });

  test("never if it does not fit into L1, which is logged once", async ({ expect }) => {
    const isolate = world.start({ CACHE_L1_MAX_ENTRIES: "2" });
    for (const enabled of [false, true, false]) {
      await world.publish(isolate, { key: "banner", enabled });
      await world.clock.advance(EVERY_MS + 1);
      await world.ask(isolate);
    }
    expect(stored()).toEqual([]);
    expect(isolate.logged.filter((event) => event === "entry_skipped")).toHaveLength(1);
  });

  test("in shards if it is large, of which a request reads only those that it needs", async ({ expect }) => {
    const text = "x".repeat(300_000);
    const isolate = world.start();
    for (let i = 0; i < 10; i++)
      await world.publish(isolate, { key: `large-${i}`, type: "string", variants: { on: text, off: "" } });
    const all = await world.ask(isolate, "");
    expect(world.edge.environments().at(-1)?.shards).toHaveLength(4);
    world.project.resetStats();
    const single = world.start();
    const { matches } = world.edge;
    expect(await world.ask(single, "/large-7")).toMatchObject({ status: 200, value: text });
    // The head, the entry, and one shard.
    expect(world.edge.matches - matches).toBe(3);
    expect(await world.ask(single, "/banner")).toMatchObject({ status: 200 });
    expect((await world.ask(world.start(), "")).keys).toEqual(all.keys);
    expect(world.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    world.breakDown();
    await world.clock.advance(2000);
    expect((await world.ask(world.start(), "")).keys).toEqual(all.keys);
    world.heal();
    await world.project.backends.neon.query("delete from flag_configurations where flag_key like 'large-%'");
  });

  test.for([
    ["CACHE_ENTRY_SECONDS", "0"],
    ["CACHE_ENABLED", "false"],
  ] as const)("never with %s=%s", async ([name, value], { expect }) => {
    const isolate = world.start({ [name]: value });
    expect((await world.ask(isolate, "")).status).toBe(200);
    expect(world.edge.bodies().filter((body) => !body.includes('"confirmedAt"'))).toEqual([]);
  });
});
