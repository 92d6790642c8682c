import { describe, test } from "vitest";
import { EVERY_MS, useSnapshotWorld } from "./snapshot-world.ts";

describe("the data centre's snapshot", () => {
  const world = useSnapshotWorld();

  describe("is stored", () => {
    test("after a bulk response, and again only for a new version after a minute", async ({ expect }) => {
      const isolate = world.start();
      await world.ask(isolate, "");
      expect(world.edge.puts).toBe(1);
      await world.clock.advance(2 * EVERY_MS);
      await world.ask(isolate, "");
      expect(world.edge.puts).toBe(1);
      await world.publish(isolate, { key: "banner", enabled: false });
      await world.clock.advance(1001);
      await world.ask(isolate, "");
      expect(world.edge.puts).toBe(2);
      const version = await world.publish(isolate, { key: "banner", enabled: true });
      await world.clock.advance(EVERY_MS - 2000);
      await world.ask(isolate, "");
      expect(world.edge.puts).toBe(2);
      await world.clock.advance(2001);
      await world.ask(isolate, "");
      expect(world.edge.puts).toBe(3);
      world.breakDown();
      expect(await world.ask(world.start(), "")).toMatchObject({ value: true, version });
    });

    test("by an isolate that serves single flags too, which reads the rest after a minute", async ({ expect }) => {
      const isolate = world.start();
      await world.ask(isolate);
      expect(world.edge.puts).toBe(0);
      await world.clock.advance(EVERY_MS + 1);
      const { version } = await world.ask(isolate);
      expect(world.edge.puts).toBe(1);
      world.breakDown();
      expect((await world.ask(world.start(), "")).keys).toHaveLength(4);
      expect(await world.ask(world.start(), "/other-1")).toMatchObject({ status: 200, version });
    });

    test("once per version and data centre, by whichever isolate comes first", async ({ expect }) => {
      await world.leaveSnapshot();
      for (let i = 0; i < 3; i++) await world.ask(world.start(), "");
      expect(world.edge.puts).toBe(1);
    });

    test("never over a newer one, as an isolate behind a lagging replica might do", async ({ expect }) => {
      const version = await world.leaveSnapshot();
      const [url = ""] = world.edge.urls();
      const headers = {
        "cache-control": "max-age=60",
        "x-flags-version": String(version + 1),
        "x-taken-at": String(world.clock.now()),
      };
      await world.edge.put(url, new Response("one that another isolate wrote", { headers }));
      await world.leaveSnapshot();
      expect(await (await world.edge.match(url))?.text()).toBe("one that another isolate wrote");
    });

    test("once a day even without changes, so that it does not expire", async ({ expect }) => {
      const isolate = world.start();
      await world.ask(isolate, "");
      for (let day = 0; day < 40; day++) {
        await world.clock.advance(24 * 3_600_000);
        await world.ask(isolate, "");
      }
      expect(world.edge.puts).toBe(41);
      world.breakDown();
      expect((await world.ask(world.start())).cacheStatus).toContain("ttl=-0;");
    });

    test("never for an environment that does not fit into L1, which is logged once", async ({ expect }) => {
      const isolate = world.start({ CACHE_L1_MAX_ENTRIES: "2" });
      for (const enabled of [false, true, false]) {
        await world.publish(isolate, { key: "banner", enabled });
        await world.clock.advance(EVERY_MS + 1);
        await world.ask(isolate);
      }
      expect(world.edge.puts).toBe(0);
      expect(isolate.logged.filter((event) => event === "snapshot_skipped")).toHaveLength(1);
    });

    test.for([
      ["CACHE_SNAPSHOT_SECONDS", "0"],
      ["CACHE_ENABLED", "false"],
    ] as const)("never with %s=%s", async ([name, value], { expect }) => {
      const isolate = world.start({ [name]: value });
      expect((await world.ask(isolate, "")).status).toBe(200);
      expect([world.edge.matches, world.edge.puts]).toEqual([0, 0]);
    });
  });
});
