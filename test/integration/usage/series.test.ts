import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { createDatabase } from "../../../src/store/client.ts";
import { addUsage } from "../../../src/store/usage/add-usage.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { send } from "../management/client.ts";
import { ENVIRONMENT, startUsageWorld, type UsageWorld } from "./usage-world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("the series of flags", () => {
  let world: UsageWorld;
  /** The start of the day in which the tests run. */
  let today: number;
  beforeAll(async () => {
    world = await startUsageWorld();
    today = Math.floor(world.clock.now() / DAY_MS) * DAY_MS;
    for (const key of ["busy", "idle", "team/search"]) await world.project.save({ key });
    await world.project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
    const row = (environment: string, at: number, flag: string, variant: string, requested: number, used: number) =>
      [environment, at / HOUR_MS, flag, variant, "", "k1", requested, used, requested && at, used && at] as CountRow;
    await add("days", [
      row("production", today - 2 * DAY_MS, "busy", "on", 0, 10),
      row("production", today - 2 * DAY_MS + 5 * HOUR_MS, "busy", "off", 3, 20),
      row("production", today, "busy", "on", 1, 5),
      row("production", today - 40 * DAY_MS, "busy", "on", 0, 7),
      row("production", today - DAY_MS, "team/search", "on", 4, 0),
      row("production", today - DAY_MS, "other", "on", 0, 99),
      row("staging", today, "busy", "on", 0, 1000),
    ]);
    await world.sweep();
  });
  afterEach(() => {
    world.project.backends.upstash.setFaults({});
    world.project.backends.neon.setFaults({});
  });
  afterAll(() => world.close());

  const add = async (batch: string, rows: readonly CountRow[]) => {
    const { DATABASE_URL = "", NEON_HTTP_URL } = world.project.bindings;
    await addUsage(createDatabase(DATABASE_URL, { fetchEndpoint: NEON_HTTP_URL, timeoutMs: 60_000 }), batch, rows);
  };
  const iso = (at: number) => new Date(at).toISOString();
  const days = (count: number) => `from=${iso(today - (count - 1) * DAY_MS)}`;
  const get = async (query: string, environment = ENVIRONMENT) =>
    await world.call("GET", `${environment}/usage/series?${query}`);

  test("has a number for each step and flag, in the order of the request", async ({ expect }) => {
    const { body } = await get(`flags=team/search,busy,idle,busy&${days(4)}`);
    expect(body).toEqual({
      environment: "production",
      step: "day",
      from: iso(today - 3 * DAY_MS),
      to: iso(today + DAY_MS),
      complete: true,
      isCounting: true,
      items: [
        {
          flag: "team/search",
          lastEvaluatedAt: iso(today - DAY_MS),
          lastUsedAt: null,
          lastRequestedAt: iso(today - DAY_MS),
          requested: [0, 0, 4, 0],
          used: [0, 0, 0, 0],
        },
        {
          flag: "busy",
          lastEvaluatedAt: iso(today),
          lastUsedAt: iso(today),
          lastRequestedAt: iso(today),
          requested: [0, 3, 0, 1],
          used: [0, 30, 0, 5],
        },
        {
          flag: "idle",
          lastEvaluatedAt: null,
          lastUsedAt: null,
          lastRequestedAt: null,
          requested: [0, 0, 0, 0],
          used: [0, 0, 0, 0],
        },
      ],
    });
    const hours = (await get(`flags=busy&step=hour&from=${iso(today)}&to=${iso(today + 2 * HOUR_MS)}`)).body.items[0];
    expect([hours.requested, hours.used]).toEqual([
      [1, 0],
      [5, 0],
    ]);
    const rolledUp = (await get(`flags=busy&${days(60)}`)).body.items[0];
    expect(rolledUp.used).toHaveLength(60);
    expect(rolledUp.used[60 - 41]).toBe(7);
  });

  test("has what Redis still holds, and says if Redis cannot be read", async ({ expect }) => {
    await world.clock.advance(60_000);
    const isolate = world.start();
    await world.evaluate(isolate, "idle");
    await world.evaluate(isolate);
    await world.flush(isolate);
    const seriesOf = async () => (await get("flags=idle&step=hour")).body;
    const [fresh] = (await seriesOf()).items;
    expect([fresh.used.at(-1), fresh.requested.at(-1)]).toEqual([1, 1]);
    expect(fresh.lastEvaluatedAt).not.toBeNull();
    world.project.backends.upstash.setFaults({ down: true });
    const without = await seriesOf();
    expect(without.complete).toBe(false);
    expect(without.items[0].used.at(-1)).toBe(0);
    world.project.backends.upstash.setFaults({});
    await world.sweep();
    expect((await seriesOf()).items).toEqual([fresh]);
  });

  test("fails while Postgres is down, and says so", async ({ expect }) => {
    world.project.backends.neon.setFaults({ down: true });
    expect((await get("flags=busy")).status).toBe(503);
  });

  test("takes at most 100 flags and 400 steps, and refuses invalid keys", async ({ expect }) => {
    const keys = Array.from({ length: 101 }, (_, i) => `flag-${i}`);
    expect((await get(`flags=${keys.slice(1).join(",")}`)).body.items).toHaveLength(100);
    for (const query of ["", "flags=", "flags=a,", "flags=@a", `flags=${keys.join(",")}`, "flags=a&step=week"])
      expect((await get(query)).status, query).toBe(400);
    expect((await get(`flags=busy&to=${iso(today)}&from=${iso(today - 401 * DAY_MS)}`)).status).toBe(400);
    expect((await get("flags=busy", "/api/v1/environments/nowhere")).status).toBe(404);
  });

  test("takes two round trips to the store, and one to Redis", async ({ expect }) => {
    await get("flags=busy");
    world.project.resetStats();
    await get("flags=busy,idle,team/search");
    expect(world.project.roundTrips()).toEqual({ l2: 1, l3: 2 });
  });

  test("is for tokens that may read the environment, and not for SDK keys", async ({ expect }) => {
    const tokens: Record<string, string> = {};
    for (const environment of ["production", "staging"]) {
      const body = { role: "read", environments: [environment] };
      tokens[environment] = (await world.call("POST", "/api/v1/tokens", body)).body.token;
    }
    const isolate = world.start();
    const as = async (token?: string) =>
      (await send(isolate, token, "GET", `${ENVIRONMENT}/usage/series?flags=busy`)).status;
    expect(await as(tokens["production"])).toBe(200);
    expect(await as(tokens["staging"])).toBe(403);
    expect(await as(world.project.serverKey)).toBe(403);
    expect(await as(world.project.clientKey)).toBe(403);
    expect(await as("nonsense")).toBe(401);
  });

  test("says whether anything is counted at all", async ({ expect }) => {
    const read = async (flush: number) => {
      const path = `${ENVIRONMENT}/usage/series?flags=busy`;
      return (await send(world.start({ USAGE_FLUSH_SECONDS: flush }), world.project.adminToken, "GET", path)).body;
    };
    await world.clock.advance(8 * DAY_MS);
    expect((await read(0)).isCounting).toBe(false);
    expect((await read(10)).isCounting).toBe(true);
    // A process that evaluates flags itself reports although the worker does not count.
    const hour = Math.floor(world.clock.now() / HOUR_MS);
    await add("later", [["staging", hour, "busy", "on", "", "k1", 0, 1, 0, hour * HOUR_MS]]);
    expect((await read(0)).isCounting).toBe(true);
  });
});
