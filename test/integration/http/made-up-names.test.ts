import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const NOTHING = { l2: 0, l3: 0 };

/** A client key is public, so anybody can ask for names that no flag has, as often as they like. */
describe("made-up names", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (let i = 0; i < 50; i++) await project.save({ key: `flag-${i}` });
    await project.save({ key: "hidden", clientVisible: false });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await clock.advance(5000);
    isolate = start();
    await bulk(start());
    project.resetStats();
  });

  const start = (bindings: Record<string, string> = {}) => startIsolate({ ...project.bindings, ...bindings }, clock);
  const ask = (name: string, key = project.clientKey, from = isolate, headers: Record<string, string> = {}) =>
    send(from, key, "POST", `${OFREP}/${name}`, {}, headers);
  const bulk = (from = isolate) => send(from, project.serverKey, "POST", OFREP, {});
  const statusesOf = async (names: string[], key?: string, from?: Isolate) => {
    const statuses = new Map<number, number>();
    for (const name of names) {
      const { status } = await ask(name, key, from);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    return Object.fromEntries(statuses);
  };
  const madeUp = (count: number) => Array.from({ length: count }, (_, i) => `nope-${i}`);
  const flags = Array.from({ length: 50 }, (_, i) => `flag-${i}`);

  test("refuse no flag whose copy has just expired, and neither does one missing flag", async ({ expect }) => {
    isolate = start({ UNKNOWN_FLAGS_PER_SECOND: "10" });
    await bulk();
    await clock.advance(301_000);
    await ask("flag-0");
    project.resetStats();
    expect(await statusesOf(madeUp(100))).toEqual({ 404: 100 });
    expect(await statusesOf(Array.from({ length: 100 }, () => "a-flag-deleted-long-ago"))).toEqual({ 404: 100 });
    expect(project.roundTrips()).toEqual(NOTHING);
    expect(await statusesOf(flags)).toEqual({ 200: 50 });
  });

  test("refuse no flag that a change has just named", async ({ expect }) => {
    isolate = start({ UNKNOWN_FLAGS_PER_SECOND: "1" });
    await bulk();
    for (const key of flags.slice(0, 5)) await project.save({ key, enabled: false });
    await isolate.services.sweep(() => undefined);
    expect(await statusesOf(madeUp(20))).toEqual({ 404: 20 });
    expect(await statusesOf(flags)).toEqual({ 200: 50 });
    for (const key of flags.slice(0, 5)) await project.save({ key });
    await isolate.services.sweep(() => undefined);
  });

  test("load the index once where it is unknown, and cost nothing after that", async ({ expect }) => {
    await ask("flag-1");
    project.resetStats();
    expect((await ask("nope")).status).toBe(404);
    // One read of Redis, one of Postgres, which brings the index, and one write of the index to Redis.
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 1 });
    project.resetStats();
    expect(await statusesOf(madeUp(1500))).toEqual({ 404: 1500 });
    expect(project.roundTrips()).toEqual(NOTHING);
  });

  test("load the index once again after a flag has come or gone", async ({ expect }) => {
    await ask("nope");
    await project.save({ key: `new-${clock.now()}` });
    await isolate.services.sweep(() => undefined);
    project.resetStats();
    expect(await statusesOf(madeUp(100))).toEqual({ 404: 100 });
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 1 });
  });

  test("load nothing more than before for a flag that exists", async ({ expect }) => {
    await project.backends.upstash.command("FLUSHALL");
    await ask("flag-1");
    expect(await project.backends.upstash.command("HEXISTS", "burgee:feature_flag:production", "@index")).toBe(0);
  });

  test("evict no flag, so the last known good outlives a flood and an outage", async ({ expect }) => {
    isolate = start({ CACHE_L1_MAX_ENTRIES: "500", CACHE_ENTRY_SECONDS: "0" });
    await statusesOf(["flag-1", "flag-2"]);
    project.resetStats();
    await statusesOf(madeUp(600));
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 1 });
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    await clock.advance(120_000);
    expect(await statusesOf(["flag-1", "flag-2"])).toEqual({ 200: 2 });
  });

  test("of one key are limited where only a backend can tell, and other keys are not refused", async ({ expect }) => {
    isolate = start({ UNKNOWN_FLAGS_PER_SECOND: "10" });
    await ask("flag-1");
    await clock.advance(1000);
    project.backends.neon.setFaults({ down: true });
    expect(await statusesOf(madeUp(30))).toEqual({ 503: 10, 429: 20 });
    expect((await ask("flag-1")).status).toBe(200);
    expect((await ask("flag-2", project.serverKey)).status).toBe(200);
    const refused = await ask("nope");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    // A version that the isolate knows already is no way around the limit.
    expect((await ask("nope", undefined, isolate, { "x-flags-min-version": "1" })).status).toBe(429);
    await clock.advance(1000);
    expect((await ask("nope")).status).toBe(503);
  });

  test("count once while they are read, however many requests want them at once", async ({ expect }) => {
    isolate = start({ UNKNOWN_FLAGS_PER_SECOND: "2" });
    const herd = Array.from({ length: 100 }, (_, i) => ask(`flag-${i % 2}`));
    expect(new Set((await Promise.all(herd)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 0 });
  });

  test("and made-up versions of one key do not refuse a version that another key waits for", async ({ expect }) => {
    isolate = start({ AHEAD_PER_SECOND: "3" });
    await ask("flag-1");
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      const headers = { "x-flags-min-version": String(999_990 + i) };
      statuses.push((await ask("flag-1", project.clientKey, isolate, headers)).status);
    }
    expect(statuses).toEqual([503, 503, 503, 429, 429]);
    const version = await project.save({ key: `ahead-${clock.now()}` });
    const headers = { "x-flags-min-version": String(version) };
    expect((await ask("flag-1", project.serverKey, isolate, headers)).status).toBe(200);
  });

  /** Everything that a caller can see or cause. */
  const traceOf = async (name: string, rounds: number) => {
    project.resetStats();
    const seen = new Set<string>();
    let synchronous = 0;
    for (let i = 0; i < rounds; i++) {
      const response = await ask(name);
      const headers = Object.fromEntries([...response.headers].filter(([header]) => header !== "x-request-id"));
      seen.add(JSON.stringify([response.status, headers, response.body]).replaceAll(name, "<name>"));
      const { source } = isolate.services;
      const scope = { waitUntil: () => undefined };
      const found = source.flag({ environment: "production", seesOnlyVisible: true, scope }, name);
      if (!(found instanceof Promise)) synchronous += 1;
    }
    return { seen: [...seen], synchronous, ...project.roundTrips() };
  };

  test.for(["fresh", "expired", "in need of a head check", "in an outage"])(
    "a flood for a hidden flag and one for an absent flag look the same and cost the same: %s",
    async (state, { expect }) => {
      isolate = start({ UNKNOWN_FLAGS_PER_SECOND: "10" });
      for (const name of ["hidden", "hiddem"]) await ask(name);
      await statusesOf(madeUp(100));
      if (state === "expired") await clock.advance(301_000);
      if (state === "in need of a head check") await clock.advance(1000);
      if (state === "in an outage") {
        project.backends.upstash.setFaults({ down: true });
        project.backends.neon.setFaults({ down: true });
        await clock.advance(301_000);
      }
      // Whichever comes first pays for the head check.
      await ask("nope-0");
      const hidden = await traceOf("hidden", 50);
      const absent = await traceOf("hiddem", 50);
      expect(hidden).toEqual(absent);
      expect(hidden.seen).toHaveLength(1);
      if (state === "fresh") expect(hidden.synchronous).toBe(50);
      expect(hidden.seen[0]).toContain("[404,");
      expect([hidden.l2, hidden.l3]).toEqual([0, 0]);
    },
  );

  test("a hidden flag that the isolate has never loaded costs no more than an absent one", async ({ expect }) => {
    await ask("nope");
    const hidden = await traceOf("hidden", 10);
    expect(hidden).toEqual(await traceOf("hiddem", 10));
    expect([hidden.synchronous, hidden.l2, hidden.l3]).toEqual([10, 0, 0]);
    // A server key sees the flag all the same.
    expect((await ask("hidden", project.serverKey)).status).toBe(200);
  });

  test("a flag that is no longer hidden is seen as soon as the change is", async ({ expect }) => {
    await ask("nope");
    expect((await ask("hidden")).status).toBe(404);
    await project.save({ key: "hidden", clientVisible: true });
    await isolate.services.sweep(() => undefined);
    expect((await ask("hidden")).status).toBe(200);
    await project.save({ key: "hidden", clientVisible: false });
    await isolate.services.sweep(() => undefined);
    expect((await ask("hidden")).status).toBe(404);
  });

  test("in an outage, an outdated index does not tell an absent flag from a hidden one", async ({ expect }) => {
    for (const name of ["hidden", "hiddem", "flag-0"]) await ask(name);
    const version = await project.save({ key: `born-${clock.now()}` });
    await isolate.services.tiers.publish("production", [[version, "*"]]);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    const [hidden, absent] = [await ask("hidden"), await ask("hiddem")];
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect((await ask("flag-0")).status).toBe(200);
  });
});
