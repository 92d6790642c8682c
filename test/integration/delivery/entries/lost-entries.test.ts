import { describe, test } from "vitest";
import { ZONE } from "../../../support/edge/edge-cache.ts";
import { EVERY_MS, useDataCentre } from "./data-centre-world.ts";

const FROM_DATA_CENTRE = "Burgee-L1; fwd=miss, Burgee-Data-Centre; hit";
const FROM_REDIS = "Burgee-L1; fwd=miss, Burgee-L2; hit";
const isEnvironment = (body: string) => body.endsWith("@end");

describe("an entry that the data centre has evicted", () => {
  const world = useDataCentre();

  test("is stored again by the next isolate that looks for it, with one more command", async ({ expect }) => {
    await world.leaveEntries(ZONE);
    await world.clock.advance(EVERY_MS + 1);
    world.edge.evict(isEnvironment);
    world.project.resetStats();
    expect((await world.ask(world.start(ZONE))).cacheStatus).toBe(FROM_REDIS);
    expect(world.project.roundTrips()).toEqual({ l2: 2, l3: 0 });
    for (const path of ["/banner", ""]) {
      expect((await world.ask(world.start(ZONE), path)).cacheStatus).toBe(FROM_DATA_CENTRE);
    }
    expect(world.project.roundTrips()).toEqual({ l2: 2, l3: 0 });
  });

  test("is stored whole if it was the one that a newer one changes", async ({ expect }) => {
    const isolate = world.start(ZONE);
    const first = (await world.ask(isolate, "")).version;
    const second = await world.publish(isolate, { key: "banner", enabled: false });
    world.edge.purge("burgee:head:production");
    await world.clock.advance(1001);
    await world.ask(isolate, "");
    expect(world.edge.environments().at(-1)).toMatchObject({ version: second, base: { version: first } });
    await world.clock.advance(EVERY_MS);
    world.edge.evict((body) => isEnvironment(body) && !body.includes('"base"'));
    expect((await world.ask(world.start(ZONE))).cacheStatus).toBe(FROM_REDIS);
    expect(world.edge.environments().map(({ version, base }) => [version, base])).toEqual([[second, undefined]]);
    const found = await world.ask(world.start(ZONE));
    expect(found).toMatchObject({ cacheStatus: FROM_DATA_CENTRE, version: second, value: false });
  });

  test("is not stored by an isolate that looks while another one stores it", async ({ expect }) => {
    await world.leaveEntries(ZONE);
    world.edge.evict(isEnvironment);
    // The claim of the first one still stands.
    await world.ask(world.start(ZONE));
    expect(world.edge.environments()).toEqual([]);
    await world.clock.advance(EVERY_MS + 1);
    await world.ask(world.start(ZONE));
    expect(world.edge.environments().map(({ base }) => base)).toEqual([undefined]);
  });
});
