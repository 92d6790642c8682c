import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLAGS = Array.from({ length: 5 }, (_, i) => `flag-${i}`);
const NO_ZONE = {};

describe("an isolate whose head is confirmed again and again", () => {
  const clock = new FakeClock();
  let project: TestProject;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (const key of FLAGS) await project.save({ key });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await project.backends.upstash.command("FLUSHALL");
  });

  /** The entries of a data centre would spare reads that are counted here. */
  const start = (bindings: Record<string, string> = {}, edge = new MapEdgeCache(clock.now)): Isolate =>
    startIsolate({ ...project.bindings, CACHE_ENTRY_SECONDS: "0", ...bindings }, clock, { openCache: edge.open });
  const ask = async (isolate: Isolate, path: string) => {
    const { status, headers, body } = await send(
      isolate,
      project.serverKey,
      "POST",
      `/ofrep/v1/evaluate/flags${path}`,
      {},
    );
    await isolate.settled();
    return { status, body, cacheStatus: headers.get("cache-status") ?? "" };
  };
  const askForAll = async (isolate: Isolate): Promise<void> => {
    for (const path of ["", ...FLAGS.map((key) => `/${key}`)]) await ask(isolate, path);
  };
  let changes = 0;
  const change = async (key: string): Promise<void> => {
    const flag = aFlag({ key, metadata: { changes: ++changes } });
    const written = await saveFlag(project.db, "production", flag, { actor: "test" });
    await start().services.publisher.publish("production", written, () => undefined);
  };
  /** Asks for everything every `everyMs` for an hour. Returns the round trips, and the misses of L1. */
  const anHourOf = async (isolate: Isolate, everyMs: number) => {
    await askForAll(isolate);
    project.resetStats();
    const { misses } = isolate.services.tiers.l1.stats();
    for (let passed = 0; passed < HOUR; passed += everyMs) {
      await clock.advance(everyMs);
      await askForAll(isolate);
    }
    return { ...project.roundTrips(), misses: isolate.services.tiers.l1.stats().misses - misses };
  };

  test("reads no flag in an hour of requests, only heads", async ({ expect }) => {
    const isolate = start({ CACHE_L2_TTL_SECONDS: "86400" });
    expect(await anHourOf(isolate, 20_000)).toEqual({ l2: 180, l3: 0, misses: 0 });
  });

  // The embedded Redis uses the fake clock. A real one has its own, so nothing expires there.
  test.skipIf(process.env["TEST_REDIS_URL"])(
    "reads no flag when the hash in Redis expires, only the head from Postgres",
    async ({ expect }) => {
      // The hash lives for 15 minutes. The head check that finds none asks Postgres and writes the head to Redis.
      expect(await anHourOf(start(), 20_000)).toEqual({ l2: 180 + 4, l3: 4, misses: 0 });
    },
  );

  test("reads no flag while heads come from the data centre", async ({ expect }) => {
    const isolate = start({ ...ZONE, CACHE_L2_TTL_SECONDS: "86400" });
    // A data centre keeps a head for 30 s.
    expect(await anHourOf(isolate, 10_000)).toEqual({ l2: 120, l3: 0, misses: 0 });
  });

  test("reads no flag if its requests are 300 seconds apart, and every flag if they are further", async ({
    expect,
  }) => {
    const isolate = start({ CACHE_L2_TTL_SECONDS: "86400" });
    expect(await anHourOf(isolate, 5 * MINUTE)).toEqual({ l2: 12, l3: 0, misses: 0 });
    await clock.advance(5 * MINUTE + 1);
    expect((await ask(isolate, "/flag-0")).cacheStatus).toContain("L2");
    project.resetStats();
    expect((await ask(isolate, "/flag-1")).cacheStatus).toContain("L2");
    await ask(isolate, "");
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 0 });
    await askForAll(isolate);
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 0 });
  });

  test.for([NO_ZONE, ZONE])("reads only the flag that a change names: %o", async (zone, { expect }) => {
    const edge = new MapEdgeCache(clock.now);
    const isolate = start(zone, edge);
    await anHourOf(isolate, 5 * MINUTE);
    await change("flag-2");
    await clock.advance(31_000);
    project.resetStats();
    await askForAll(isolate);
    // With a zone, the data centre's head has expired. A head from Redis brings the changed flag along.
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
    expect((await ask(isolate, "/flag-2")).cacheStatus).toContain("L1; hit");
  });

  test("reads a changed flag if another isolate stored the head that names it", async ({ expect }) => {
    const edge = new MapEdgeCache(clock.now);
    const [first, second] = [start(ZONE, edge), start(ZONE, edge)];
    for (const isolate of [first, second]) await askForAll(isolate);
    await change("flag-2");
    await clock.advance(31_000);
    await ask(first, "/flag-0");
    project.resetStats();
    for (const key of ["flag-0", "flag-1"]) await ask(second, `/${key}`);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    await ask(second, "/flag-2");
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("with CACHE_L1_TTL_SECONDS=0 it reads every flag for each request", async ({ expect }) => {
    const isolate = start({ CACHE_L1_TTL_SECONDS: "0" });
    await askForAll(isolate);
    project.resetStats();
    await askForAll(isolate);
    expect(project.roundTrips()).toEqual({ l2: 6, l3: 0 });
  });

  test("serves its last known good in an outage of any length, and reads it again afterwards", async ({ expect }) => {
    const isolate = start({ CACHE_L2_TTL_SECONDS: "86400" });
    await askForAll(isolate);
    for (const endpoint of [project.backends.upstash, project.backends.neon]) endpoint.setFaults({ down: true });
    for (const ms of [2000, 4 * MINUTE, 2 * MINUTE, HOUR]) {
      await clock.advance(ms);
      for (const path of ["/flag-0", ""]) {
        const { status, cacheStatus } = await ask(isolate, path);
        expect([status, cacheStatus]).toEqual([200, expect.stringContaining("stale")]);
      }
    }
    for (const endpoint of [project.backends.upstash, project.backends.neon]) endpoint.setFaults({});
    await clock.advance(MINUTE);
    for (const key of FLAGS) expect((await ask(isolate, `/${key}`)).cacheStatus).toMatch(/L[23]/);
    for (const key of FLAGS) expect((await ask(isolate, `/${key}`)).cacheStatus).toContain("L1; hit");
  });

  test("does not read flags again after an outage that was shorter than the TTL", async ({ expect }) => {
    const isolate = start({ CACHE_L2_TTL_SECONDS: "86400" });
    await askForAll(isolate);
    for (const endpoint of [project.backends.upstash, project.backends.neon]) endpoint.setFaults({ down: true });
    await clock.advance(4 * MINUTE);
    await ask(isolate, "/flag-0");
    for (const endpoint of [project.backends.upstash, project.backends.neon]) endpoint.setFaults({});
    await clock.advance(MINUTE);
    project.resetStats();
    await askForAll(isolate);
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });
});
