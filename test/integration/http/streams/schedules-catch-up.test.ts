import { afterEach, beforeEach, describe, test } from "vitest";
import { FakeClock } from "../../../support/fake-clock.ts";
import { eventsOf, ScheduledWorld } from "../../../support/scheduled-world.ts";

const SECOND = 1000;

/** A stream says what its client missed, and an isolate finds out what it did not know. */
describe("clients and isolates that were elsewhere at a boundary", () => {
  let world: ScheduledWorld;

  beforeEach(async () => {
    world = await ScheduledWorld.open();
  });
  afterEach(() => world.close());

  test("an isolate that holds no flags reads them once for each version", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000));
    await world.pass(100);
    const cold = world.start();
    const reader = await world.stream(undefined, cold);
    await world.pass(3);
    world.project.resetStats();
    await world.pass(10);
    expect(world.project.roundTrips()).toEqual({ l2: 10, l3: 0 });
    expect(reader.versions.at(-1)).toBe(version);
    expect(eventsOf(reader).at(-1)?.etag).toMatch(/\./);
  });

  test("an environment that does not fit into memory has schedules too", async ({ expect }) => {
    await world.publish(world.switching(110_000));
    await world.pass(100);
    const small = world.start({ CACHE_L1_MAX_ENTRIES: "1" });
    const reader = await world.stream(undefined, small);
    await world.pass(12);
    expect(eventsOf(reader).at(-1)?.etag).toMatch(/\./);
    world.project.resetStats();
    await world.pass(10);
    expect(world.project.roundTrips()).toEqual({ l2: 10, l3: 0 });
  });

  test("a stream opened soon after a boundary makes its client fetch again, later ones do not", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000));
    await world.evaluate();
    await world.pass(111);
    await world.evaluate();
    const soon = await world.stream();
    expect(soon.versions).toEqual([version]);
    expect(eventsOf(soon)[0]?.etag).toBe(`${version}.${world.clock.now()}`);
    await world.pass(60);
    expect((await world.stream()).versions).toEqual([]);
    expect(soon.versions).toEqual([version]);
  });

  test("a stream opened just before a boundary announces it once", async ({ expect }) => {
    const version = await world.publish(world.switching(100_500));
    const reader = await world.settledStream();
    await world.pass(40);
    expect(reader.versions).toEqual([version]);
  });

  test("a client that missed a boundary gets an event when it reconnects, and only once", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000));
    const reader = await world.settledStream();
    await reader.leave();
    await world.clock.advance(3600 * SECOND);
    await world.evaluate();
    const late = await world.stream(reader.lastEventId);
    expect(late.versions).toEqual([version]);
    await world.pass(30);
    const again = await world.stream(late.lastEventId);
    expect([late.versions, again.versions]).toEqual([[version], []]);
    const cold = world.start();
    const elsewhere = await world.stream(reader.lastEventId, cold);
    await world.pass(2);
    expect(elsewhere.versions).toEqual([version]);
  });

  test("a client without a stream of its own learns of boundaries and ramps when it polls", async ({ expect }) => {
    await world.publish(world.switching(110_000));
    await world.publish(world.ramping(-60_000, 3_600_000));
    await world.pass(100);
    const full = world.start({ STREAMS_MAX: "0" });
    await world.evaluate({}, full);
    let reader = await world.stream(`${(await world.stream(undefined, full)).lastVersion}.${world.clock.now()}`, full);
    const announced: boolean[] = [];
    for (let i = 0; i < 5; i++) {
      await world.pass(25);
      reader = await world.stream(reader.lastEventId, full);
      expect(reader.isEnded).toBe(true);
      announced.push(reader.versions.length > 0);
    }
    expect(announced).toEqual([true, false, false, true, false]);
  });

  test("an isolate with a slow clock evaluates at the time of the event, but not in the future", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000));
    await world.pass(109);
    const slow = world.start({}, new FakeClock(world.clock.now()));
    const before = await world.evaluate({}, slow);
    expect(before.values["sale"]).toBe(true);
    const boundary = world.clock.now() + SECOND;
    const after = await world.refetch(`${version}.${boundary + 3}`, before.etag, slow);
    expect([after.status, after.values["sale"]]).toEqual([200, false]);
    const ahead = await world.refetch(`${version}.${boundary + 3600 * SECOND}`, before.etag, slow);
    expect([ahead.status, ahead.values["sale"]]).toEqual([304, undefined]);
  });

  test("while no backend responds, the schedules that are known are announced", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000));
    const reader = await world.settledStream();
    world.project.backends.upstash.setFaults({ down: true });
    world.project.backends.neon.setFaults({ down: true });
    await world.pass(15);
    world.project.backends.upstash.setFaults({});
    world.project.backends.neon.setFaults({});
    expect(reader.versions).toEqual([version]);
  });

  test("a schedule that could not be read is read once a backend responds again", async ({ expect }) => {
    await world.publish(world.switching(130_000));
    await world.pass(100);
    const cold = world.start();
    const { upstash, neon } = world.project.backends;
    const reader = await world.stream(undefined, cold);
    const version = await world.publish(world.switching(20_000));
    upstash.setFaults({ down: true });
    neon.setFaults({ down: true });
    await world.pass(3);
    upstash.setFaults({});
    neon.setFaults({});
    await world.pass(25);
    expect(eventsOf(reader).at(-1)?.etag).toMatch(new RegExp(`^${version}\\.`));
  });

  test("a clock that was set back does not silence the boundaries that lie ahead again", async ({ expect }) => {
    await world.publish(world.switching(110_000));
    const reader = await world.settledStream();
    await world.pass(12);
    expect(reader.versions).toHaveLength(1);
    world.clock.setBack(5000);
    await world.pass(30);
    expect(reader.versions).toHaveLength(2);
  });
});
