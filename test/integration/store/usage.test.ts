import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { addUsage } from "../../../src/store/usage/add-usage.ts";
import { keepUsage } from "../../../src/store/usage/keep-usage.ts";
import { readLastEvaluated } from "../../support/last-evaluated.ts";
import { deleteEnvironment } from "../../../src/store/writes/environments.ts";
import { createSdkKey } from "../../../src/store/writes/keys.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { BACKENDS, startStore, type TestStore } from "./backends.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 12, 30);
const options = { actor: "ada" };
const KEY = { id: "AAAAAAAAAAAA", kind: "server" as const, name: "api", secretHash: "ab".repeat(32), origins: [] };

/** A count of evaluations at a time. */
function aCount(flag: string, at: number, { requested = 0, used = 1, environment = "prod", key = "" } = {}): CountRow {
  const times: [number, number] = [requested === 0 ? 0 : at, used === 0 ? 0 : at];
  return [environment, Math.floor(at / HOUR_MS), flag, "on", "r1", key, requested, used, ...times];
}

const iso = (at: number) => new Date(at).toISOString();

describe.each(BACKENDS)("usage on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => (store = await startStore(url)));
  afterAll(() => store.close());
  beforeEach(() =>
    store
      .exec(
        "delete from usage_hours; delete from usage_days; delete from flag_usage; delete from usage_scopes; delete from usage_batches",
      )
      .then(() => store.reset()),
  );

  const hours = () =>
    store.rows("select flag_key, extract(epoch from hour)::int as at, requested::int, used::int from usage_hours");
  const days = () =>
    store.rows("select flag_key, day::text, requested::int, used::int from usage_days order by flag_key, day");

  it("counts a batch once, however often it is added", async ({ expect }) => {
    const counts = [aCount("a", NOW, { used: 2 }), aCount("a", NOW + 1, { used: 3, requested: 4 })];
    const added = await Promise.all([1, 2, 3].map(() => addUsage(store.db, "one", counts)));
    expect(added.filter(Boolean)).toHaveLength(1);
    await addUsage(store.db, "two", [aCount("a", NOW, { used: 10 })]);
    expect(await hours()).toEqual([{ flag_key: "a", at: Math.floor(NOW / HOUR_MS) * 3600, requested: 4, used: 15 }]);
  });

  it("keeps the last time of each flag, however late a batch comes", async ({ expect }) => {
    await addUsage(store.db, "one", [aCount("a", NOW), aCount("b", NOW, { used: 0, requested: 1 })]);
    await addUsage(store.db, "two", [aCount("a", NOW - 5000, { requested: 7 }), aCount("*", NOW)]);
    expect(Object.fromEntries(await readLastEvaluated(store.db, "prod"))).toEqual({
      a: { usedAt: iso(NOW), requestedAt: iso(NOW - 5000) },
      b: { usedAt: null, requestedAt: iso(NOW) },
    });
    expect([...(await readLastEvaluated(store.db, "prod", ["b", "c"])).keys()]).toEqual(["b"]);
    expect((await readLastEvaluated(store.db, "dev")).size).toBe(0);
  });

  it("keeps the last time of an SDK key of the environment, and changes no version", async ({ expect }) => {
    await createSdkKey(store.db, "prod", KEY, options);
    const before = await store.rows("select version from environments order by key");
    await addUsage(store.db, "one", [aCount("a", NOW, { key: KEY.id }), aCount("", NOW + 9, { key: KEY.id })]);
    await addUsage(store.db, "two", [aCount("a", NOW + 99, { key: KEY.id, environment: "dev" })]);
    const [row] = await store.rows<{ at: number }>("select extract(epoch from used_at) * 1000 as at from key_usage");
    expect(Number(row?.at)).toBe(NOW + 9);
    expect(await hours()).toHaveLength(2);
    expect(await store.rows("select version from environments order by key")).toEqual(before);
  });

  it("leaves out environments that do not exist", async ({ expect }) => {
    expect(await addUsage(store.db, "one", [aCount("a", NOW, { environment: "nowhere" })])).toBe(true);
    expect(await hours()).toEqual([]);
  });

  it("forgets the usage of a deleted environment, also if one of its key is created again", async ({ expect }) => {
    await addUsage(store.db, "one", [aCount("a", NOW)]);
    await deleteEnvironment(store.db, "prod", options);
    await store.exec("insert into environments (key, name) values ('prod', 'Again')");
    expect((await readLastEvaluated(store.db, "prod")).size).toBe(0);
    await addUsage(store.db, "two", [aCount("b", NOW)]);
    expect(await hours()).toHaveLength(2);
    await keepUsage(store.db, NOW);
    expect(await hours()).toMatchObject([{ flag_key: "b" }]);
    expect(await store.rows("select environment from usage_scopes")).toEqual([{ environment: "prod" }]);
  });

  it("moves hours to days after 30 days, and deletes days after 400", async ({ expect }) => {
    const day = 24 * HOUR_MS;
    const old = NOW - 31 * day;
    await addUsage(store.db, "one", [aCount("a", old), aCount("a", old + HOUR_MS), aCount("a", NOW)]);
    await addUsage(store.db, "two", [aCount("b", NOW - 401 * day), aCount("a", old, { used: 5 })]);
    expect(await keepUsage(store.db, NOW)).toEqual({ rolledUp: 3, pruned: 2 });
    expect(await hours()).toHaveLength(1);
    expect(await days()).toEqual([{ flag_key: "a", day: iso(old).slice(0, 10), requested: 0, used: 7 }]);
    await addUsage(store.db, "three", [aCount("a", old)]);
    await keepUsage(store.db, NOW);
    expect(await days()).toMatchObject([{ used: 8 }]);
    expect([...(await readLastEvaluated(store.db, "prod")).keys()]).toEqual(["a"]);
  });

  it("moves and deletes a bounded number of rows at a time", { timeout: 60_000 }, async ({ expect }) => {
    await addUsage(store.db, "one", [aCount("a", NOW)]);
    await store.exec(`insert into usage_hours (scope, flag_key, hour, variant, rule, key_id, requested, used)
      select id, 'f' || i, '2026-01-01', '', '', '', 0, 1 from usage_scopes, generate_series(1, 6000) i`);
    const runs = [await keepUsage(store.db, NOW), await keepUsage(store.db, NOW), await keepUsage(store.db, NOW)];
    expect(runs.map(({ rolledUp }) => rolledUp)).toEqual([5000, 1000, 0]);
  });
});
