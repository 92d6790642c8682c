import { afterEach, beforeEach, describe, test } from "vitest";
import { WEEKDAYS } from "../../../../src/flags/document.ts";
import { eventsOf, ScheduledWorld } from "../../../support/scheduled-world.ts";

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Flags change by themselves: nobody writes anything at a boundary. */
describe("schedules and ramps on change streams", () => {
  let world: ScheduledWorld;

  beforeEach(async () => {
    world = await ScheduledWorld.open();
  });
  afterEach(() => world.close());

  test("a page sees a switch within a second of its instant, without a write", async ({ expect }) => {
    const version = await world.publish({
      ...world.switching(110_000),
      rules: [{ id: "night", from: world.at(110_000), until: world.at(120_000), serve: { variant: "off" } }],
    });
    const reader = await world.settledStream();
    const first = await world.evaluate();
    expect([first.values["sale"], reader.versions]).toEqual([true, []]);
    await world.pass(9);
    expect(reader.versions).toEqual([]);
    await world.pass(1);
    expect(eventsOf(reader)).toEqual([
      { type: "refetchEvaluation", etag: `${version}.${world.clock.now()}`, lastModified: world.clock.now() / 1000 },
    ]);
    const second = await world.refetch(eventsOf(reader)[0]!.etag, first.etag);
    expect([second.status, second.values["sale"]]).toEqual([200, false]);
    await world.pass(10);
    const third = await world.refetch(eventsOf(reader)[1]!.etag, second.etag);
    expect([third.status, third.values["sale"]]).toEqual([200, true]);
    await world.pass(60);
    expect(reader.versions).toEqual([version, version]);
  });

  test("an event for a boundary that changes nothing for a page ends in a 304", async ({ expect }) => {
    const version = await world.publish({
      key: "sale",
      rules: [{ id: "same", from: world.at(105_000), serve: { variant: "on" } }],
      default: { variant: "on" },
    });
    await world.publish({
      key: "sale",
      rules: [
        {
          id: "others",
          from: world.at(105_000),
          when: { attribute: "plan", operator: "equals", values: ["pro"] },
          serve: { variant: "off" },
        },
      ],
    });
    const reader = await world.settledStream();
    const { etag } = await world.evaluate();
    await world.pass(6);
    expect(reader.versions).toEqual([version + 1]);
    expect((await world.refetch(eventsOf(reader)[0]!.etag, etag)).status).toBe(304);
  });

  test("waking at a boundary takes no I/O and no timer of its own", async ({ expect }) => {
    await world.publish(world.switching(105_000));
    const readers = [await world.settledStream()];
    while (readers.length < 50) readers.push(await world.stream());
    const { sleeping } = world.clock;
    expect(sleeping).toBe(50);
    world.project.resetStats();
    await world.pass(10);
    expect(world.project.roundTrips()).toEqual({ l2: 10, l3: 0 });
    expect(new Set(readers.map(({ versions }) => versions.length))).toEqual(new Set([1]));
    expect(world.clock.sleeping).toBe(sleeping);
  });

  test("a boundary that is years away makes no stream sleep for longer than a keep-alive", async ({ expect }) => {
    await world.publish(world.switching(5000 * DAY));
    const reader = await world.settledStream();
    world.clock.longestMs = 0;
    await world.pass(50);
    expect(world.clock.longestMs).toBeLessThanOrEqual(20 * SECOND);
    expect(reader.frames.filter(({ comment }) => comment !== undefined)).toHaveLength(2);
    expect(reader.versions).toEqual([]);
  });

  test("a client key sees no boundary of a hidden flag, and a server key does", async ({ expect }) => {
    const version = await world.publish(world.switching(110_000, { clientVisible: false }));
    const page = await world.settledStream();
    const server = await world.stream(undefined, world.isolate, world.project.serverKey);
    await world.pass(15);
    expect([page.versions, server.versions]).toEqual([[], [version]]);
  });

  test("a boundary of a prerequisite and of a flag in a condition counts, hidden or not", async ({ expect }) => {
    await world.publish(world.switching(105_000, { key: "parent", clientVisible: false }));
    await world.publish(world.switching(108_000, { key: "other", clientVisible: false }));
    await world.publish({ key: "child", prerequisites: [{ flag: "parent", variants: ["on"] }] });
    const version = await world.publish({
      key: "cousin",
      rules: [{ id: "r", when: { flag: "other", variants: ["off"] }, serve: { variant: "off" } }],
    });
    const reader = await world.settledStream();
    await world.pass(5);
    expect([reader.versions, (await world.evaluate()).values]).toMatchObject([
      [version],
      { child: false, cousin: true },
    ]);
    await world.pass(4);
    expect([reader.versions.length, (await world.evaluate()).values]).toMatchObject([
      2,
      { child: false, cousin: false },
    ]);
  });

  test("a disabled flag has no boundaries", async ({ expect }) => {
    await world.publish(world.switching(105_000, { enabled: false }));
    const reader = await world.settledStream();
    await world.pass(10);
    expect(reader.versions).toEqual([]);
  });

  test("a boundary that a later write creates is announced, and one that it removes is not", async ({ expect }) => {
    await world.publish(world.switching(130_000));
    const reader = await world.settledStream();
    const version = await world.publish(world.switching(5000));
    await world.pass(2);
    expect(eventsOf(reader).map(({ etag }) => etag)).toEqual([String(version)]);
    await world.pass(4);
    expect(reader.versions).toEqual([version, version]);
    await world.pass(40);
    expect(reader.versions).toEqual([version, version]);
  });

  test("a ramp is announced about once a minute while it runs, at its start and at its end", async ({ expect }) => {
    await world.publish(world.ramping(110_000, 290_500));
    const reader = await world.settledStream();
    const openedAt = world.clock.now();
    const times: number[] = [];
    for (let seconds = 0; seconds < 260; seconds++) {
      const { length } = reader.versions;
      await world.pass(1);
      if (reader.versions.length > length) times.push((world.clock.now() - openedAt) / SECOND);
    }
    expect(times).toEqual([10, 70, 130, 190, 191]);
  });

  test("a recurring window is announced when it opens and when it closes", async ({ expect }) => {
    const minute = (ms: number) => new Date(world.clock.now() + ms).toISOString().slice(11, 16);
    await world.pass(60 - ((world.clock.now() / SECOND) % 60));
    const timezone = "UTC";
    const window = { timezone, days: [...WEEKDAYS], from: minute(120 * SECOND), to: minute(180 * SECOND) };
    await world.publish({ key: "sale", rules: [{ id: "happy", during: [window], serve: { variant: "off" } }] });
    const reader = await world.settledStream();
    const openedAt = world.clock.now();
    const values = [(await world.evaluate()).values["sale"]];
    const times: number[] = [];
    for (let seconds = 0; seconds < 200; seconds++) {
      const { length } = reader.versions;
      await world.pass(1);
      if (reader.versions.length === length) continue;
      times.push((world.clock.now() - openedAt) / SECOND);
      values.push((await world.evaluate()).values["sale"]);
    }
    expect([times, values]).toEqual([
      [20, 80],
      [true, false, true],
    ]);
  });

  test("a switch in the middle of a ramp is announced at its instant", async ({ expect }) => {
    await world.publish(world.ramping(-60_000, 3_600_000, { rules: world.switching(110_000).rules! }));
    const reader = await world.settledStream();
    await world.pass(9);
    expect(reader.versions).toEqual([]);
    await world.pass(1);
    expect(reader.versions).toHaveLength(1);
  });
});
