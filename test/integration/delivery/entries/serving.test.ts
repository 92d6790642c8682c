import { describe, test } from "vitest";
import { ZONE } from "../../../support/edge/edge-cache.ts";
import { useDataCentre } from "./data-centre-world.ts";

describe("the last known good of a data centre", () => {
  const world = useDataCentre();

  test("serves one flag and all flags to an isolate that starts in an outage", async ({ expect }) => {
    const version = await world.leaveEntries();
    world.breakDown();
    await world.clock.advance(90_000);
    const cacheStatus = "Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-90; detail=stale";
    const isolate = world.start();
    expect(await world.ask(isolate)).toMatchObject({ status: 200, value: true, version, cacheStatus });
    const keys = ["banner", "other-0", "other-1", "other-2"];
    expect(await world.ask(isolate, "")).toMatchObject({ status: 200, value: true, version, cacheStatus, keys });
    const asClient = { authorization: `Bearer ${world.project.clientKey}` };
    expect((await world.ask(isolate, "", asClient)).keys).toEqual(["banner", "other-1", "other-2"]);
    expect((await world.ask(isolate, "/other-0", asClient)).status).toBe(404);
    expect(await world.ask(isolate, "/nope")).toMatchObject({ status: 404, version, cacheStatus });
    expect(isolate.logged).toContain("snapshot_served");
  });

  test("serves an environment that is larger than L1", async ({ expect }) => {
    const version = await world.leaveEntries();
    const isolate = world.start({ CACHE_L1_MAX_ENTRIES: "3" });
    expect(await world.ask(isolate, "")).toMatchObject({ status: 200, version });
    expect(isolate.logged).toContain("l1_too_small");
    world.breakDown();
    await world.clock.advance(10_000);
    const keys = ["banner", "other-0", "other-1", "other-2"];
    expect(await world.ask(isolate, "")).toMatchObject({ status: 200, value: true, version, keys });
    expect(isolate.logged).toContain("snapshot_served");
  });

  test("serves GET, and nothing keeps these responses", async ({ expect }) => {
    await world.leaveEntries();
    world.breakDown();
    await world.clock.advance(1001);
    const isolate = world.start(ZONE);
    const response = await isolate.fetch("/flags/banner", {
      headers: { authorization: `Bearer ${world.project.serverKey}` },
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    await isolate.settled();
    expect(world.edge.responses()).toEqual([]);
  });

  test("is used at any age, and survives the purge of its environment", async ({ expect }) => {
    const version = await world.leaveEntries();
    world.edge.purge("burgee:env:production");
    world.breakDown();
    const isolate = world.start();
    await world.ask(isolate);
    await world.clock.advance(365 * 24 * 3_600_000);
    expect(await world.ask(isolate)).toMatchObject({ status: 200, version });
  });

  test("without it, a cold isolate in an outage gives 503 and looks again after ten seconds", async ({ expect }) => {
    world.breakDown();
    const isolate = world.start();
    for (let i = 0; i < 5; i++) expect((await world.ask(isolate)).status).toBe(503);
    expect((await world.ask(isolate, "")).status).toBe(503);
    // A shared head, and the newest entry.
    expect(world.edge.matches).toBe(2);
    await world.clock.advance(10_001);
    await world.ask(isolate);
    expect(world.edge.matches).toBe(4);
  });

  test.for([
    ["cut off", (text: string) => text.slice(0, text.lastIndexOf("\n"))],
    ["of another schema", (text: string) => text.replace('{"schemaVersion":1', '{"schemaVersion":0')],
    ["no snapshot", () => "<html>"],
  ] as const)("is ignored if it is %s", async ([, change], { expect }) => {
    await world.leaveEntries();
    world.edge.rewrite(change);
    world.breakDown();
    expect((await world.ask(world.start())).status).toBe(503);
  });

  test("a failing cache counts as a missing snapshot, and the tiers still serve", async ({ expect }) => {
    world.edge.isBroken = true;
    const isolate = world.start();
    expect((await world.ask(isolate, "")).status).toBe(200);
    expect(isolate.logged).toContain("entry_failed");
    world.breakDown();
    expect((await world.ask(world.start())).status).toBe(503);
  });

  describe("the look-up of a snapshot in an outage", () => {
    test("is shared by all requests, and open breakers call no backend", async ({ expect }) => {
      await world.leaveEntries();
      world.breakDown();
      await world.clock.advance(1001);
      const isolate = world.start();
      const looked = world.edge.matches;
      await Promise.all([
        world.ask(isolate),
        world.ask(isolate),
        world.ask(isolate, "/other-1"),
        world.ask(isolate, ""),
      ]);
      for (let i = 0; i < 6; i++) await world.ask(isolate, `/other-${i % 3}`);
      world.project.resetStats();
      for (let i = 0; i < 20; i++) expect((await world.ask(isolate, i % 2 === 0 ? "" : "/banner")).status).toBe(200);
      expect(world.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
      // A shared head, the newest version, and its entry.
      expect(world.edge.matches - looked).toBe(3);
    });

    test.for(["cold", "warm"])("does not wait for a probe that hangs: a %s isolate", async (kind, { expect }) => {
      await world.leaveEntries();
      const isolate = world.start();
      if (kind === "warm") await world.ask(isolate);
      world.breakDown();
      await world.clock.advance(3_600_000);
      for (let i = 0; i < 6; i++) await world.ask(isolate, i % 2 === 0 ? "/banner" : "/other-0");
      world.project.backends.upstash.setFaults({ hang: true });
      world.project.backends.neon.setFaults({ hang: true });
      await world.clock.advance(5001);
      // The clock stands still, so a request that waited would not come back.
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags/banner", world.serverRequest());
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-status")).toContain(kind === "warm" ? "Burgee-L1; hit; ttl=-" : "Snapshot");
      await response.body?.cancel();
    });

    test("waits two seconds for a first load that hangs", async ({ expect }) => {
      await world.leaveEntries();
      world.project.backends.upstash.setFaults({ hang: true });
      world.project.backends.neon.setFaults({ hang: true });
      const isolate = world.start();
      let hasResponded = false;
      const responding = isolate.fetch("/ofrep/v1/evaluate/flags/banner", world.serverRequest());
      void responding.then(() => (hasResponded = true));
      await world.clock.waitedOn(2000);
      await world.clock.advance(1999);
      expect(hasResponded).toBe(false);
      await world.clock.advance(1);
      const response = await responding;
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });
  });
});
