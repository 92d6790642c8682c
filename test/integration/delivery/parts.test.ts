import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { ServicesOptions } from "../../../src/services-options.ts";
import { deleteFlag, saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { PostgresProxy } from "../../support/backends/postgres-proxy.ts";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";

const PART = 2;
const FLAGS = ["a", "b", "c", "d", "e", "f", "g"];
/** The queries that all flags take: the first brings two and the index, and each further one two. */
const QUERIES = 4;

describe("an environment of more flags than one part has", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let postgres: PostgresProxy;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    postgres = await PostgresProxy.start(String(project.bindings["NEON_HTTP_URL"]));
  });
  afterAll(async () => {
    await postgres.close();
    await project.close();
  });
  beforeEach(async () => {
    const { services } = start();
    await services.tiers.clear("production");
    for (const key of [...FLAGS, "ab"])
      await deleteFlag(project.db, "production", key, { actor: "test" }).catch(() => undefined);
    for (const key of FLAGS) await project.save({ key });
    await services.sweep(() => undefined);
    postgres.reset();
    project.resetStats();
  });

  const start = (bindings: Record<string, string> = {}, options: Partial<ServicesOptions> = {}) =>
    startIsolate({ ...project.bindings, NEON_HTTP_URL: postgres.url, ...bindings }, clock, {
      partFlags: PART,
      ...options,
    });
  const read = async (isolate: Isolate) => {
    const response = await isolate.fetch("/ofrep/v1/evaluate/flags", {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, "content-type": "application/json" },
      body: JSON.stringify({ context: {} }),
    });
    const { flags } = (await response.json()) as { flags: { key: string; value: unknown }[] };
    return { values: Object.fromEntries(flags.map(({ key, value }) => [key, value])), headers: response.headers };
  };
  const bulk = async (isolate: Isolate) => (await read(isolate)).values;
  const all = (values: Record<string, unknown> = {}) => ({
    ...Object.fromEntries(FLAGS.map((key) => [key, true])),
    ...values,
  });
  const disable = (key: string) =>
    saveFlag(project.db, "production", aFlag({ key, enabled: false }), { actor: "test" });

  test("takes one query for each part, and then none", async ({ expect }) => {
    const isolate = start();
    expect(await bulk(isolate)).toEqual(all());
    expect(project.roundTrips()).toMatchObject({ l3: QUERIES });
    expect(await bulk(isolate)).toEqual(all());
    expect(project.roundTrips()).toMatchObject({ l3: QUERIES });
  });

  test("is in Redis afterwards, from where one command brings it", async ({ expect }) => {
    const first = start();
    await bulk(first);
    await first.settled();
    project.resetStats();
    const second = start();
    expect(await bulk(second)).toEqual(all());
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("is at the data centre afterwards, from where cold isolates read it", async ({ expect }) => {
    const colo = new MapEdgeCache(clock.now);
    const options = { openCache: colo.open };
    const first = start(ZONE, options);
    await bulk(first);
    await first.settled();
    project.resetStats();
    expect(await bulk(start(ZONE, options))).toEqual(all());
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("is read from the store as far as Redis lacks it", async ({ expect }) => {
    const first = start();
    await bulk(first);
    await first.settled();
    await first.services.tiers.l2?.invalidateMany("production", ["a", "d", "g"]);
    project.resetStats();
    expect(await bulk(start())).toEqual(all());
    expect(project.roundTrips()).toMatchObject({ l3: 2 });
  });

  describe("is served as it was at one version, although in between", () => {
    const cases: [string, () => Promise<unknown>, Record<string, unknown>, without?: string][] = [
      ["a flag changes that was read", () => disable("a"), { a: false }],
      ["a flag changes that was not read", () => disable("g"), { g: false }],
      ["a flag is created", () => project.save({ key: "ab" }), { ab: true }],
      ["a flag is deleted that was read", () => deleteFlag(project.db, "production", "a", { actor: "test" }), {}, "a"],
      [
        "a flag is deleted that was not read",
        () => deleteFlag(project.db, "production", "g", { actor: "test" }),
        {},
        "g",
      ],
      ["everything changes", () => project.backends.neon.exec("update flag_configurations set enabled = false"), {}],
    ];
    for (const [name, change, values, without] of cases) {
      for (const statement of [2, 3, QUERIES]) {
        test(`${name}, before statement ${statement}`, async ({ expect }) => {
          let version = 0;
          postgres.before = async (number) => {
            if (number !== statement) return;
            await change();
            const [row] = await project.backends.neon.query<{ version: string }>("select version from environments");
            version = Number(row?.version);
          };
          const isolate = start();
          const expected: Record<string, unknown> = all(values);
          if (without !== undefined) delete expected[without];
          if (name === "everything changes") for (const key of FLAGS) expected[key] = false;
          expect(await bulk(isolate)).toEqual(expected);
          expect(isolate.services.source.knownVersion("production")).toBe(version);
          await isolate.settled();
          expect(isolate.logged).not.toContain("l1_too_small");
          // Redis has the same, or asks the store again.
          expect(await bulk(start())).toEqual(expected);
        });
      }
    }
  });

  test("is served even if each part is overtaken by the next change", async ({ expect }) => {
    let changes = 0;
    postgres.before = async (statement) => {
      if (statement > 1 && statement <= 7) await disable(FLAGS[changes++] ?? "");
    };
    const values = await bulk(start());
    expect(changes).toBe(6);
    expect(values).toEqual(all(Object.fromEntries(FLAGS.slice(0, 6).map((key) => [key, false]))));
  });

  for (const room of [1, 3, 5]) {
    test(`is served by an L1 with room for ${room}, which gives up soon`, async ({ expect }) => {
      const isolate = start({ CACHE_L1_MAX_ENTRIES: String(room) });
      expect(await bulk(isolate)).toEqual(all());
      expect(project.roundTrips().l3).toBeLessThanOrEqual(QUERIES + 2);
      expect(isolate.logged).toContain("l1_too_small");
      await isolate.settled();
      project.resetStats();
      expect(await bulk(isolate)).toEqual(all());
      expect(project.roundTrips()).toEqual({ l2: 0, l3: 1 });
    });
  }
});
