import { afterAll, beforeAll, describe, test } from "vitest";
import { readProjectFile } from "../../../dev/project/project-file.ts";
import { scaleProject } from "../../../dev/project/scaled-project.ts";
import { EXAMPLE_PROJECT, parseEnvironment } from "../../../dev/project/seed.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { saveProject } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "../../support/project.ts";
import { send } from "../../integration/management/client.ts";

const FLAGS = 10_000;
/** The number of queries, each of up to 2,500 flags, and of fills, one for each of these parts. */
const PARTS = 4;
const KIB = 1024;

/** The limits of docs/scale.md. Round trips are exact at this size too. Times are only printed. */
describe(`an environment of ${FLAGS} flags`, () => {
  const clock = new FakeClock();
  let project: TestProject;
  let one: Isolate;
  let two: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    const flags = Array.from({ length: FLAGS }, (_, i) => ({ key: `flag-${i}` }));
    const ms = await timed(() => save(project, flags));
    console.log(`${FLAGS} flags written as one version in ${ms} ms`);
    [one, two] = [start(), start()];
  });
  afterAll(() => project.close());

  const start = (bindings: Record<string, string> = {}) => startIsolate({ ...project.bindings, ...bindings }, clock);
  const ask = (isolate: Isolate, path = "") =>
    send(isolate, project.serverKey, "POST", `/ofrep/v1/evaluate/flags${path}`, {});
  const bulk = async (isolate: Isolate): Promise<Map<string, unknown>> => {
    const { body } = await ask(isolate);
    return new Map((body.flags as { key: string; value: unknown }[]).map(({ key, value }) => [key, value]));
  };
  /** Returns the round trips of the work, including those after the response. */
  const costOf = async (what: string, isolate: Isolate, run: () => Promise<unknown>) => {
    project.resetStats();
    const ms = await timed(run);
    await isolate.settled();
    const cost = project.roundTrips();
    console.log(`${what}: ${ms} ms, ${cost.l2} Redis commands, ${cost.l3} Postgres queries`);
    return cost;
  };
  const change = (body: object) =>
    send(one, project.adminToken, "POST", "/flags/flag-7/update?environment=production", body);

  test("a cold isolate responds after one read of Redis and few of Postgres, and few writes follow", async ({
    expect,
  }) => {
    expect(await costOf("cold bulk", one, () => bulk(one))).toEqual({ l2: 1 + PARTS, l3: PARTS });
    const responses = await bulk(one);
    expect(responses.size).toBe(FLAGS);
    expect(new Set(responses.values())).toEqual(new Set([true]));
  });

  test("fits into L1's default bounds, and L1 serves it without a round trip", async ({ expect }) => {
    expect(await costOf("warm bulk", one, () => bulk(one))).toEqual({ l2: 0, l3: 0 });
    const { size, bytes, evictions } = one.services.tiers.l1.stats();
    console.log(`L1 counts ${Math.round(bytes / KIB)} KiB for ${size} flags`);
    expect([size, evictions]).toEqual([FLAGS, 0]);
    expect(bytes).toBeLessThan(one.services.settings.CACHE_L1_MAX_BYTES);
  });

  test("another isolate reads it with one command", async ({ expect }) => {
    expect(await costOf("bulk over warm Redis", two, () => bulk(two))).toEqual({ l2: 1, l3: 0 });
    expect((await bulk(two)).size).toBe(FLAGS);
  });

  test("an update of one flag costs one command and one batch, and a read elsewhere one command", async ({
    expect,
  }) => {
    await change({ enabled: true });
    expect(await costOf("an update", one, () => change({ enabled: false }))).toEqual({ l2: 1, l3: 1 });
    await clock.advance(1100);
    const seen = await costOf("its arrival elsewhere", two, async () => {
      await bulk(two);
      await two.settled();
    });
    expect(seen).toEqual({ l2: 1, l3: 0 });
    expect((await bulk(two)).get("flag-7")).toBe(false);
  });

  test("an edit of all flags in SQL is published by the sweep as one change of everything", async ({ expect }) => {
    await project.backends.neon.exec("update flag_configurations set enabled = false");
    const swept = await costOf("the sweep of an edit of all flags", one, () => one.services.sweep(() => undefined));
    expect(swept.l2).toBeLessThan(10);
    expect(swept.l3).toBeLessThan(10);
    await clock.advance(1100);
    await ask(two, "/flag-1");
    await two.settled();
    const cost = await costOf("the bulk after it", two, () => bulk(two));
    expect(cost.l3).toBeLessThanOrEqual(PARTS);
    expect(new Set((await bulk(two)).values())).toEqual(new Set([false]));
  });

  test("an L1 without room for it serves it correctly, within its bounds and without emptying", async ({ expect }) => {
    const maxBytes = 512 * KIB;
    const small = start({ CACHE_L1_MAX_BYTES: String(maxBytes) });
    expect((await bulk(small)).size).toBe(FLAGS);
    await small.settled();
    expect(small.logged).toContain("l1_too_small");
    await ask(small, "/flag-3");
    const { evictions } = small.services.tiers.l1.stats();
    for (let i = 0; i < 3; i++) {
      expect(await costOf("bulk of more than L1 holds", small, () => bulk(small))).toEqual({ l2: 0, l3: 1 });
    }
    const after = small.services.tiers.l1.stats();
    expect(after.bytes).toBeLessThanOrEqual(maxBytes);
    expect(after.evictions).toBe(evictions);
    expect((await ask(small, "/flag-3")).headers.get("cache-status")).toBe("Burgee-L1; hit");
    await small.services.tiers.clear();
    await clock.advance(61_000);
    expect(await costOf("bulk a minute later, tried the usual way", small, () => bulk(small))).toMatchObject({ l3: 2 });
  });
});

describe("25,000 flags of the example project", () => {
  const COUNT = 25_000;
  const clock = new FakeClock();
  const cache = new MapEdgeCache(clock.now);
  let project: TestProject;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    const { connectionString, url } = project.backends.neon;
    const db = createDatabase(connectionString, { timeoutMs: 300_000, fetchEndpoint: url });
    const scaled = scaleProject(await readProjectFile(EXAMPLE_PROJECT), COUNT);
    await saveProject(db, "production", parseEnvironment(scaled, "production"), { actor: "test" });
  }, 300_000);
  afterAll(() => project.close());

  for (const [source, bindings] of [
    ["Postgres", {}],
    ["Redis", {}],
    ["Redis, with a data centre to store them in", ZONE],
    ["the data centre", ZONE],
  ] as const) {
    test(`are loaded from ${source} and fit into L1 as it is set by default`, async ({ expect }) => {
      const isolate = startIsolate({ ...project.bindings, ...bindings }, clock, {
        openCache: source === "Postgres" || source === "Redis" ? () => Promise.reject(new Error()) : cache.open,
      });
      project.resetStats();
      for (let i = 0; i < 2; i++) {
        const { body } = await send(isolate, project.serverKey, "POST", "/ofrep/v1/evaluate/flags", {});
        expect(body.flags).toHaveLength(COUNT);
      }
      await isolate.settled();
      const { l2, l3 } = project.roundTrips();
      expect([l2, l3]).toEqual(source === "Postgres" ? [1 + 29, 10] : source === "the data centre" ? [0, 0] : [1, 0]);
      const { size, bytes, evictions } = isolate.services.tiers.l1.stats();
      console.log(`L1 counts ${(bytes / KIB / KIB).toFixed(1)} MiB for ${size} flags`);
      expect([size, evictions]).toEqual([COUNT, 0]);
      expect(isolate.logged).not.toContain("l1_too_small");
      expect(isolate.logged).not.toContain("entry_skipped");
    });
  }
});

describe("an environment of more than 8 MiB", () => {
  const clock = new FakeClock();
  const VALUE = "x".repeat(31 * KIB);
  let project: TestProject;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    const flags = Array.from({ length: 300 }, (_, i): TestFlag => ({
      key: `flag-${i}`,
      type: "string",
      variants: { on: VALUE, off: "" },
    }));
    await save(project, flags);
  });
  afterAll(() => project.close());

  for (const [where, maxBytes] of [
    ["and stored in shards, in L1 as it is set by default", 64 * KIB * KIB],
    ["but not stored, in an L1 that has no room for it", 24 * KIB * KIB],
  ] as const) {
    test(`is served, ${where}`, async ({ expect }) => {
      const colo = new MapEdgeCache(clock.now);
      const bindings = { ...project.bindings, CACHE_L1_MAX_BYTES: String(maxBytes) };
      const isolate = startIsolate(bindings, clock, { openCache: colo.open });
      for (let i = 0; i < 2; i++) {
        const { body } = await send(isolate, project.serverKey, "POST", "/ofrep/v1/evaluate/flags", {});
        const values = (body.flags as { value: unknown }[]).map(({ value }) => value);
        expect([values.length, new Set(values)]).toEqual([300, new Set([VALUE])]);
        await isolate.settled();
        await clock.advance(61_000);
      }
      const isStored = where.startsWith("and");
      expect((colo.environments()[0]?.shards?.length ?? 0) > 5).toBe(isStored);
      expect(isolate.logged.includes("entry_skipped")).toBe(!isStored);
      expect(isolate.services.tiers.l1.stats().bytes).toBeLessThanOrEqual(maxBytes);
    });
  }
});

/** Saves all flags as one version, without the worker. */
async function save(project: TestProject, flags: readonly TestFlag[]): Promise<void> {
  const inputs = flags.map((flag) => ({ ...aFlag(flag), description: "", tags: [] }));
  await saveProject(project.db, "production", { flags: inputs, segments: [] }, { actor: "test" });
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return Math.round(performance.now() - startedAt);
}
