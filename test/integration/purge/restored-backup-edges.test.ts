import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { createEnvironment, deleteEnvironment } from "../../../src/store/writes/environments.ts";
import { newestIn } from "../../support/edge/stored-entries.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { aToken, send } from "../management/client.ts";

const actor = "test";

/** The other traces of lost versions: environments, SDK keys, snapshots, and heads and responses at data centres. */
describe("traces of versions that a restore has undone", () => {
  let world: RestoredWorld;
  let purges: PurgeEndpoint;
  let edge: MapEdgeCache;

  beforeAll(async () => {
    world = await RestoredWorld.start();
    purges = await startPurgeEndpoint({ onPurge: (tags) => tags.forEach((tag) => edge.purge(tag)) });
  });
  afterAll(async () => {
    await purges.close();
    await world.close();
  });
  beforeEach(async () => {
    edge = new MapEdgeCache(world.clock.now);
    await world.project.backends.upstash.command("FLUSHALL");
    await world.write({ key: "banner", enabled: true });
  });

  const evaluate = async (isolate: ReturnType<RestoredWorld["isolate"]>, token: string, flagKey: string) =>
    (await send(isolate, token, "POST", `/ofrep/v1/evaluate/flags/${flagKey}`, {})).status;
  const keptAtDataCentre = () => ({
    CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
    CF_PURGE_TOKEN: purges.token,
    CF_API_URL: `${purges.url}/client/v4`,
  });

  test("an environment missing from the backup is gone, and continues above if created again", async ({ expect }) => {
    const { db } = world.project;
    const restore = await world.backup();
    await createEnvironment(db, { key: "preview", name: "Preview" }, { actor });
    const { token } = await aToken(world.project, "server", "preview");
    const lost = await world.write({ key: "banner", enabled: true }, "preview");
    const reader = world.isolate();
    expect(await evaluate(reader, token, "banner")).toBe(200);
    await restore();
    expect(await world.sweep()).toEqual(["restore_detected"]);
    await world.clock.advance(1001);
    await evaluate(reader, token, "banner");
    expect([401, 404]).toContain(await evaluate(reader, token, "banner"));
    expect(await world.sweep()).toEqual([]);
    await createEnvironment(db, { key: "preview", name: "Preview" }, { actor });
    expect(await world.versionOf("preview")).toBeGreaterThan(lost);
    expect(await world.sweep()).toEqual([]);
    await deleteEnvironment(db, "preview", { actor });
    expect(await world.sweep()).toEqual([]);
  });

  test("a deleted environment is back", async ({ expect }) => {
    const { db } = world.project;
    await createEnvironment(db, { key: "old", name: "Old" }, { actor });
    const { token } = await aToken(world.project, "server", "old");
    await world.write({ key: "banner", enabled: true }, "old");
    await world.sweep();
    const restore = await world.backup();
    const deleted = await deleteEnvironment(db, "old", { actor });
    await world.writer.services.publisher.publish("old", deleted, () => undefined);
    expect([401, 404]).toContain(await evaluate(world.isolate(), token, "banner"));
    await restore();
    expect(await world.sweep()).toEqual(["restore_detected"]);
    expect(await evaluate(world.isolate(), token, "banner")).toBe(200);
  });

  test("a later key is refused, and a revoked one works until it is revoked again", async ({ expect }) => {
    const { neon } = world.project.backends;
    const revoked = await aToken(world.project, "server", "production");
    const restore = await world.backup();
    const made = await aToken(world.project, "server", "production");
    await neon.query("update sdk_keys set revoked_at = now() where id = $1", [revoked.id]);
    await world.sweep();
    const reader = world.isolate();
    expect(await evaluate(reader, made.token, "banner")).toBe(200);
    expect(await evaluate(reader, revoked.token, "banner")).toBe(401);
    await restore();
    await world.sweep();
    await world.askLater(reader, "banner");
    expect(await evaluate(reader, made.token, "banner")).toBe(401);
    expect(await evaluate(reader, revoked.token, "banner")).toBe(200);
  });

  test("the sweep's purge removes heads and responses at the data centre", async ({ expect }) => {
    const start = () => world.isolate(keptAtDataCentre(), { openCache: edge.open });
    const get = async (isolate: ReturnType<typeof start>) =>
      (await send(isolate, world.project.serverKey, "GET", "/flags/banner")).body.value;
    const restore = await world.backup();
    await world.write({ key: "banner", enabled: false });
    const [reader, sweeper] = [start(), start()];
    expect(await get(reader)).toBe(false);
    await world.askLater(reader, "banner");
    expect(edge.bodies().some((body) => body.includes('"confirmedAt"'))).toBe(true);
    expect(edge.responses()).toHaveLength(1);
    await restore();
    await sweeper.services.sweep(() => undefined);
    expect(sweeper.logged).toEqual(["restore_detected"]);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
    expect(await get(reader)).toBe(true);
    expect(await get(start())).toBe(true);
  });

  test.for(["0", "10"])(
    "a busy isolate finds out if Redis was filled again by then (entries every %s s)",
    async (seconds, { expect }) => {
      const bindings = { ...keptAtDataCentre(), CACHE_ENTRY_SECONDS: seconds };
      const start = () => world.isolate(bindings, { openCache: edge.open });
      const restore = await world.backup();
      const lost = await world.write({ key: "banner", enabled: false });
      const readers = [start(), start()];
      for (const reader of readers) await world.askLater(reader, "banner");
      await restore();
      await world.project.backends.upstash.command("FLUSHALL");
      await world.ask(world.isolate(), "banner");
      // Neither isolate may confirm the other's entries by way of the data centre.
      for (let i = 0; i < 12; i++) {
        for (const reader of readers)
          expect(await world.askLater(reader, "banner")).toMatchObject({ value: false, version: lost });
        await world.clock.advance(25_000);
      }
      expect(await world.sweep()).toEqual([]);
      await world.clock.advance(31_000);
      await world.ask(readers[0]!, "banner");
      expect(await world.sweep()).toEqual(["restore_detected"]);
      for (const reader of readers) {
        await world.clock.advance(31_000);
        expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
      }
    },
  );

  test("a data centre's newest entry is replaced, even if no cache knows its version any more", async ({ expect }) => {
    const start = () => world.isolate({ CACHE_ENTRY_SECONDS: "10" }, { openCache: edge.open });
    const bulk = (isolate: ReturnType<typeof start>) =>
      send(isolate, world.project.serverKey, "POST", "/ofrep/v1/evaluate/flags", {});
    const restore = await world.backup();
    const lost = await world.write({ key: "banner", enabled: false });
    await bulk(start());
    expect(await newestIn(edge.open)).toBe(lost);
    await restore();
    await world.project.backends.upstash.command("FLUSHALL");
    // The head that the data centre's isolates share is over.
    await world.clock.advance(1001);
    const [first, later] = [start(), start()];
    await bulk(first);
    // At first, the higher version could be one that this isolate has not seen yet.
    expect(await newestIn(edge.open)).toBe(lost);
    await world.clock.advance(10 * 60_000);
    await bulk(first);
    await bulk(later);
    expect(await newestIn(edge.open)).toBe(await world.versionOf());
    world.project.backends.upstash.setFaults({ down: true });
    world.project.backends.neon.setFaults({ down: true });
    expect(await world.ask(start(), "banner")).toMatchObject({ status: 200, value: true });
    world.project.backends.upstash.setFaults({});
    world.project.backends.neon.setFaults({});
  });

  test("a database without any environment does not count as restored", async ({ expect }) => {
    const restore = await world.backup();
    await world.ask(world.isolate(), "banner");
    const tables = ["flag_configurations", "segments", "sdk_keys", "flags", "environments", "outbox"];
    const remove = tables.map((table) => `delete from ${table};`).join(" ");
    await world.project.backends.neon.exec(`begin; set local session_replication_role = replica; ${remove} commit;`);
    expect(await world.sweep()).toEqual([]);
    expect(await world.ask(world.isolate(), "banner")).toMatchObject({ status: 200, value: true });
    await restore();
  });
});
