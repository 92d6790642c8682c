import { describe, test } from "vitest";
import { mintKey } from "../../../../src/ops/token.ts";
import { type MapEdgeCache, ZONE } from "../../../support/edge/edge-cache.ts";
import { EVERY_MS, useDataCentre } from "./data-centre-world.ts";

const FROM_DATA_CENTRE = "Burgee-L1; fwd=miss, Burgee-Data-Centre; hit";
const NONE = { l2: 0, l3: 0 };

describe("a cold isolate in a warm data centre", () => {
  const world = useDataCentre();

  test.for([
    ["with a purge transport, half a minute later", ZONE, 29_000],
    ["without one, within the head-check interval", {}, 999],
  ] as const)("asks neither Redis nor Postgres, for one flag and for all: %s", async ([, bindings, ms], { expect }) => {
    const version = (await world.ask(world.start(bindings), "")).version;
    await world.clock.advance(ms);
    for (const path of ["/banner", "/other-0", ""]) {
      world.project.resetStats();
      const found = await world.ask(world.start(bindings), path);
      expect(found).toMatchObject({ status: 200, version, cacheStatus: FROM_DATA_CENTRE });
      if (path === "") expect(found.keys).toEqual(["banner", "other-0", "other-1", "other-2"]);
      expect(world.project.roundTrips()).toEqual(NONE);
    }
  });

  test("learns all flags, and names that do not exist, from the entry that it has read", async ({ expect }) => {
    await world.leaveEntries(ZONE);
    const isolate = world.start(ZONE);
    await world.ask(isolate);
    const { matches } = world.edge;
    world.project.resetStats();
    for (const path of ["/other-0", "/other-1", "/nope", "/nope-either"]) {
      expect((await world.ask(isolate, path)).status).toBe(path.startsWith("/nope") ? 404 : 200);
    }
    expect(world.project.roundTrips()).toEqual(NONE);
    expect(world.edge.matches).toBe(matches);
  });

  test("without a purge transport makes one head check per interval for its data centre", async ({ expect }) => {
    await world.leaveEntries();
    await world.clock.advance(1001);
    world.project.resetStats();
    for (let i = 0; i < 5; i++) await world.ask(world.start());
    expect(world.project.roundTrips()).toEqual({ l2: 1, l3: 0 });
    // The interval runs from the confirmation, however many isolates have taken the head over since.
    await world.clock.advance(900);
    world.project.resetStats();
    const late = world.start();
    await world.ask(late);
    expect(world.project.roundTrips()).toEqual(NONE);
    await world.clock.advance(101);
    await world.ask(late);
    expect(world.project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test.for([5000, -5000])(
    "takes no head over from an isolate whose clock is %i ms off for longer than the interval",
    async (offMs, { expect }) => {
      await world.leaveEntries();
      world.edge.rewrite((body) =>
        body.replace(/"confirmedAt":(\d+)/, (_, at) => `"confirmedAt":${Number(at) + offMs}`),
      );
      world.project.resetStats();
      expect((await world.ask(world.start())).status).toBe(200);
      expect(world.project.roundTrips()).toEqual({ l2: 1, l3: 0 });
    },
  );

  test("asks Redis when the head was purged, or is not the one that the entry belongs to", async ({ expect }) => {
    const isolate = world.start(ZONE);
    await world.ask(isolate, "");
    world.edge.purge("burgee:head:production");
    world.project.resetStats();
    await world.ask(world.start(ZONE));
    expect(world.project.roundTrips()).toEqual({ l2: 1, l3: 0 });
    world.edge.evict((body) => body.endsWith("@end"));
    world.project.resetStats();
    const found = await world.ask(world.start(ZONE));
    expect(found.cacheStatus).toBe("Burgee-L1; fwd=miss, Burgee-L2; hit");
  });

  test.for([
    ["a cache that fails", (edge: MapEdgeCache): void => void (edge.isBroken = true)],
    ["damaged entries", (edge: MapEdgeCache): void => edge.rewrite((body) => body.replace("{", "<"))],
    ["entries that were cut off", (edge: MapEdgeCache): void => edge.rewrite((body) => body.slice(0, -9))],
  ] as const)("asks Redis in a data centre with %s", async ([, damage], { expect }) => {
    await world.leaveEntries(ZONE);
    damage(world.edge);
    world.project.resetStats();
    const found = await world.ask(world.start(ZONE));
    expect(found).toMatchObject({ status: 200, cacheStatus: "Burgee-L1; fwd=miss, Burgee-L2; hit" });
  });

  test("does not wait for a data centre's cache that hangs", async ({ expect }) => {
    await world.leaveEntries(ZONE);
    const isolate = world.start(ZONE);
    world.edge.hangs = true;
    const asking = isolate.fetch("/ofrep/v1/evaluate/flags/banner", world.serverRequest());
    await world.clock.waitedOn(50);
    await world.clock.advance(50);
    const response = await asking;
    expect(response.status).toBe(200);
    await response.body?.cancel();
    world.edge.hangs = false;
  });

  test("accepts an SDK key that is newer than its data centre's head, and refuses a made-up one", async ({
    expect,
  }) => {
    await world.leaveEntries(ZONE);
    const secret = String(world.project.bindings["KEY_SECRET"]);
    const fresh = await mintKey(secret, "server", "production");
    const ask = (token: string) => world.ask(world.start(ZONE), "", { authorization: `Bearer ${token}` });
    expect((await ask(fresh.token)).status).toBe(401);
    await world.project.backends.neon.query(
      `insert into sdk_keys (id, environment, kind, name, secret_hash)
       values ('${fresh.id}', 'production', 'server', 'new', '${fresh.secretHash}')`,
    );
    await world.sweep(world.start(ZONE));
    expect((await ask(fresh.token)).status).toBe(200);
  });

  test("never serves one content of a version that a restored database gave out twice", async ({ expect }) => {
    // No Redis, so nothing but the tag tells the two apart.
    const alone = { ...ZONE, UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" };
    const { version, value } = await world.ask(world.start(alone), "");
    expect(value).toBe(true);
    for (const statement of [
      "update flag_configurations set enabled = false where flag_key = 'banner'",
      "alter table environments disable trigger all",
      `update environments set version = ${version} where key = 'production'`,
      "alter table environments enable trigger all",
    ]) {
      await world.project.backends.neon.query(statement);
    }
    world.edge.purge("burgee:head:production");
    for (const path of ["/banner", ""]) {
      expect(await world.ask(world.start(alone), path)).toMatchObject({ status: 200, version, value: false });
    }
  });
});

describe("the data centre's entries", () => {
  const world = useDataCentre();

  test("of versions within ten seconds of a whole one hold only the changes, and are as good", async ({ expect }) => {
    const writer = world.start(ZONE);
    const first = (await world.ask(writer, "")).version;
    const second = await world.publish(writer, { key: "banner", enabled: false });
    const third = await world.publish(writer, { key: "other-3", clientVisible: false });
    world.edge.purge("burgee:head:production");
    await world.clock.advance(1001);
    await world.ask(writer, "");
    const tops = world.edge.environments();
    expect(tops.map(({ version, base }) => [version, base?.version])).toEqual([
      [first, undefined],
      [third, first],
    ]);
    expect(tops[1]?.changed).toEqual(["banner", "other-3"]);
    expect(second).toBe(third - 1);
    for (const path of ["/banner", ""]) {
      world.project.resetStats();
      const found = await world.ask(world.start(ZONE), path);
      expect(found).toMatchObject({ status: 200, version: third, value: false, cacheStatus: FROM_DATA_CENTRE });
      if (path === "") expect(found.keys).toEqual(["banner", "other-0", "other-1", "other-2", "other-3"]);
      expect(world.project.roundTrips()).toEqual(NONE);
    }
    await world.publish(writer, { key: "banner", enabled: true });
    world.edge.purge("burgee:head:production");
    await world.clock.advance(EVERY_MS);
    await world.ask(writer, "");
    expect(world.edge.environments().at(-1)).toMatchObject({ version: third + 1 });
    expect(world.edge.environments().at(-1)?.base).toBeUndefined();
    await world.project.backends.neon.query("delete from flag_configurations where flag_key = 'other-3'");
  });
});
