import { afterAll, beforeAll, describe, test } from "vitest";
import { NATIVE_SCHEME } from "../../../src/flags/document.ts";
import { addUsage } from "../../../src/store/usage/add-usage.ts";
import { createDatabase } from "../../../src/store/client.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { ENVIRONMENT, startUsageWorld, type UsageWorld } from "./usage-world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("the queries of usage", () => {
  let world: UsageWorld;
  /** The start of the hour in which the tests run. */
  let hour: number;
  beforeAll(async () => {
    world = await startUsageWorld();
    hour = Math.floor(world.clock.now() / HOUR_MS) * HOUR_MS;
    await world.project.save({
      key: "split",
      rules: [
        {
          id: "half",
          when: { attribute: "plan", operator: "equals", values: ["pro"] },
          serve: {
            rollout: {
              by: ["targetingKey"],
              salt: "s",
              hash: NATIVE_SCHEME,
              weights: [
                ["on", 25_000],
                ["off", 75_000],
              ],
            },
          },
        },
      ],
    });
    await world.project.save({ key: "idle" });
    const rows: CountRow[] = [
      ["production", hour / HOUR_MS, "split", "on", "half", "k1", 0, 10, 0, hour],
      ["production", hour / HOUR_MS - 1, "split", "off", "half", "k1", 4, 20, hour - HOUR_MS, hour - HOUR_MS],
      ["production", hour / HOUR_MS - 48, "split", "off", "", "", 0, 5, 0, hour - 48 * HOUR_MS],
      ["production", hour / HOUR_MS, "gone", "on", "", "k1", 0, 1, 0, hour],
      ["production", hour / HOUR_MS, "*", "", "", "k1", 0, 7, 0, hour],
    ];
    await add("batch", rows);
  });
  afterAll(() => world.close());

  const add = async (batch: string, rows: readonly CountRow[]) => {
    const { DATABASE_URL = "", NEON_HTTP_URL } = world.project.bindings;
    await addUsage(createDatabase(DATABASE_URL, { fetchEndpoint: NEON_HTTP_URL, timeoutMs: 60_000 }), batch, rows);
  };
  const get = async (path: string) => await world.call("GET", `${ENVIRONMENT}/${path}`);
  const iso = (at: number) => new Date(at).toISOString();

  test("return a flag's outcomes by step, its keys, and the configured split", async ({ expect }) => {
    const { body } = await get("flags/split/usage?step=hour");
    expect(body).toMatchObject({
      environment: "production",
      flag: "split",
      step: "hour",
      from: iso(hour - 23 * HOUR_MS),
      to: iso(hour + HOUR_MS),
      total: { requested: 4, used: 30 },
      lastUsedAt: iso(hour),
      lastRequestedAt: iso(hour - HOUR_MS),
      lastEvaluatedAt: iso(hour),
      outcomes: [
        { variant: "off", rule: "half", used: 20, points: [{ at: iso(hour - HOUR_MS), requested: 4, used: 20 }] },
        { variant: "on", rule: "half", used: 10, points: [{ at: iso(hour), requested: 0, used: 10 }] },
      ],
      keys: [{ id: "k1", requested: 4, used: 30 }],
      configured: [
        {
          rule: "half",
          shares: [
            { variant: "on", share: 0.25 },
            { variant: "off", share: 0.75 },
          ],
          isRamp: false,
        },
        { rule: null, shares: [{ variant: "on", share: 1 }], isRamp: false },
      ],
    });
    const days = (await get("flags/split/usage")).body;
    expect(days.total).toEqual({ requested: 4, used: 35 });
    expect(days.keys).toContainEqual({ id: null, requested: 0, used: 5 });
  });

  test("return all flags that were evaluated, in pages, and those that were not counted", async ({ expect }) => {
    const { body } = await get("usage?step=hour&limit=1");
    expect(body).toMatchObject({
      total: { requested: 4, used: 38 },
      other: { requested: 0, used: 7 },
      points: [{ used: 20 }, { used: 18 }],
      items: [{ flag: "gone", used: 1, lastUsedAt: iso(hour) }],
      nextCursor: "gone",
    });
    const next = (await get("usage?step=hour&limit=1&cursor=gone")).body;
    expect(next).toMatchObject({ items: [{ flag: "split", used: 30 }], nextCursor: null });
  });

  test("keep a deleted flag, and say that a flag was never evaluated", async ({ expect }) => {
    expect((await get("flags/gone/usage")).body).toMatchObject({ total: { used: 1 }, configured: null });
    expect((await get("flags/idle/usage")).body).toMatchObject({
      total: { requested: 0, used: 0 },
      outcomes: [],
      lastEvaluatedAt: null,
    });
    expect((await get("flags/unknown/usage")).status).toBe(404);
    expect((await world.call("GET", "/api/v1/environments/nowhere/usage")).status).toBe(404);
  });

  test("find hours that were rolled up among the days", async ({ expect }) => {
    const old = hour / HOUR_MS - 40 * 24;
    await add("old", [["production", old, "idle", "on", "", "k1", 0, 3, 0, old * HOUR_MS]]);
    await world.sweep();
    const { body } = await get(`flags/idle/usage?from=${iso(hour - 60 * DAY_MS)}`);
    const day = Math.floor((old * HOUR_MS) / DAY_MS) * DAY_MS;
    expect(body.outcomes).toMatchObject([{ used: 3, points: [{ at: iso(day), used: 3 }] }]);
  });

  test.for<[query: string, parameter: string, problem: RegExp]>([
    ["step=week", "step", /hour, day/],
    ["from=yesterday", "from", /2026-11-28T09:00:00Z/],
    ["to=x", "to", /must be an instant/],
    ["from=2026-09-22&to=2026-09-20", "from", /before to/],
    ["from=2026-09-22&to=2026-09-22", "from", /before to/],
    ["to=2027-01-01", "to", /future/],
    ["from=2025-01-01", "from", /400 days/],
    ["step=hour&from=2026-08-01", "from", /30 days; use step=day/],
    ["step=hour&from=2026-08-25", "from", /400 steps before to; use step=day/],
    ["step=day&step=hour", "step", /one of/],
    ["when=now", "when", /is not a field/],
  ])("refuse %s with the name of the parameter", async ([query, parameter, problem], { expect }) => {
    for (const path of ["flags/split/usage", "usage"]) {
      const { status, body } = await get(`${path}?${query}`);
      expect([status, body.errors?.[0].pointer], path).toEqual([400, `/${parameter}`]);
      expect(body.errors[0].detail).toMatch(problem);
    }
  });

  test.for(["limit=0", "limit=501", "cursor=%20"])("refuse %s of all flags", async (query, { expect }) => {
    expect((await get(`usage?${query}`)).status).toBe(400);
  });

  test("require an admin token of the environment", async ({ expect }) => {
    const { serverKey } = world.project;
    const response = await world.start({ USAGE_FLUSH_SECONDS: 0 }).fetch(`${ENVIRONMENT}/usage`, {
      headers: { authorization: `Bearer ${serverKey}` },
    });
    expect(response.status).toBe(403);
  });
});
