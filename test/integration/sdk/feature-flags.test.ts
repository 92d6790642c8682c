import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createFeatureFlags, type FeatureFlagsOptions } from "../../../sdk/client/feature-flags.ts";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../management/client.ts";

let t: ManagementTest;
let errors: string[];
beforeAll(async () => {
  t = await startManagementTest({ NO_CACHE_PER_SECOND: "0" });
  await t.call("POST", FLAGS, aFlagBody("checkout"));
  await t.call("POST", FLAGS, aFlagBody("maintenance", { kind: "switch" }));
  const draw = { draw: { weights: [["on", 100_000]] } };
  await t.call("POST", FLAGS, aFlagBody("survey", { kind: "sample", default: draw }));
  await t.call("POST", FLAGS, aFlagBody("headline", { type: "string", variants: { on: "Bread", off: "" } }));
  await t.call("POST", FLAGS, aFlagBody("silent", { enabled: false, offVariant: null }));
  const pro = { attribute: "plan", operator: "equals", values: ["pro"] };
  const rules = [{ id: "pro", when: pro, serve: { variant: "on" } }];
  await t.call("POST", FLAGS, aFlagBody("beta", { default: { variant: "off" }, rules }));
});
afterAll(() => t.close());
beforeEach(async () => {
  errors = [];
  await t.call("POST", "/api/v1/environments/production/cache/warm");
});

const toIsolate: typeof fetch = (url, init) => {
  const { pathname, search } = new URL(new Request(url).url);
  return t.isolate.fetch(pathname + search, init);
};
const flagsWith = (options: Partial<FeatureFlagsOptions> = {}) =>
  createFeatureFlags({
    url: "http://edge.test",
    key: t.project.serverKey,
    token: () => t.project.adminToken,
    fetch: toIsolate,
    onError: ({ message }) => errors.push(message),
    ...options,
  });
const heldHere = () => [...t.isolate.services.tiers.l1.environment("production").heldKeys()].toSorted();
const heldInRedis = async (): Promise<string[]> => {
  const fields = (await t.project.backends.upstash.command("HKEYS", "burgee:feature_flag:production")) as string[];
  return fields.filter((field) => !field.startsWith("@")).toSorted();
};
/** Changes a flag as SQL does whose purge has not arrived yet. */
const switchInPostgres = (key: string, enabled: boolean) =>
  t.project.backends.neon.query("update flag_configurations set enabled = $2 where flag_key = $1", [key, enabled]);

const ALL = ["beta", "checkout", "headline", "maintenance", "silent", "survey"];

describe("the functions that clear caches", () => {
  test.for([
    ["clearFlagCache", "checkout"],
    ["clearFeatureCache", "checkout"],
    ["clearSwitchCache", "maintenance"],
    ["clearSampleCache", "survey"],
  ] as const)("%s purges one key from both tiers and returns true", async ([name, key], { expect }) => {
    expect(await flagsWith()[name](key)).toBe(true);
    const rest = ALL.filter((other) => other !== key);
    expect([heldHere(), await heldInRedis(), errors]).toEqual([rest, rest, []]);
  });

  test("each name of the function for all caches empties both tiers", async ({ expect }) => {
    const { clearAllWaffleCache, clearAllFeatureCaches, cacheManager } = flagsWith();
    for (const clearAll of [clearAllWaffleCache, clearAllFeatureCaches, cacheManager.clearAll]) {
      await cacheManager.warmUp();
      expect([heldHere(), await heldInRedis()]).toEqual([ALL, ALL]);
      expect([await clearAll(), heldHere(), await heldInRedis(), errors]).toEqual([true, [], [], []]);
    }
  });

  test("a flag that no cache holds is cleared", async ({ expect }) => {
    const { clearFlagCache } = flagsWith();
    await clearFlagCache("checkout");
    expect([await clearFlagCache("checkout"), errors]).toEqual([true, []]);
  });

  test("a key that no flag has gives false and the reason", async ({ expect }) => {
    expect(await flagsWith().clearFlagCache("chekcout")).toBe(false);
    expect(errors).toEqual([expect.stringMatching(/^clearFlagCache\("chekcout"\): .*"chekcout" does not exist/)]);
  });

  test("a refusal, a missing token and an unreachable deployment give false and the reason", async ({ expect }) => {
    expect(await flagsWith({ token: () => "bga_write_forged" }).clearAllFeatureCaches()).toBe(false);
    expect(await flagsWith({ token: undefined }).clearSwitchCache("maintenance")).toBe(false);
    expect(await flagsWith({ fetch: () => Promise.reject(new Error("cut")) }).clearFlagCache("checkout")).toBe(false);
    expect(errors).toEqual([
      expect.stringContaining("clearAllFeatureCaches(): "),
      'clearSwitchCache("maintenance"): this needs the option token, an admin token (bga_…)',
      'clearFlagCache("checkout"): http://edge.test cannot be reached: cut',
    ]);
    expect(heldHere()).toEqual(ALL);
  });

  test("Redis that is down gives false", async ({ expect }) => {
    t.project.backends.upstash.setFaults({ errorRate: 1 });
    expect(await flagsWith().clearFlagCache("checkout")).toBe(false);
    t.project.backends.upstash.setFaults({});
    expect(errors).toHaveLength(1);
  });

  test("data centres that were not purged give false", async ({ expect }) => {
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const response = await toIsolate(url, init);
      return Response.json({ ...((await response.json()) as object), edge: false });
    };
    expect(await flagsWith({ fetch }).clearAllFeatureCaches()).toBe(false);
    expect(errors).toEqual(["clearAllFeatureCaches(): Redis was purged, but the data centres were not; try again"]);
  });
});

describe("the checks", () => {
  test("a fresh check sees a change that a regular check does not see yet", async ({ expect }) => {
    const { isEnabled, isEnabledWithCacheRefresh, isFeatureEnabledFresh, isSwitchActiveWithCacheRefresh } = flagsWith();
    await switchInPostgres("checkout", false);
    await switchInPostgres("maintenance", false);
    expect([await isEnabled("checkout"), await isEnabled("maintenance")]).toEqual([true, true]);
    expect(await isEnabledWithCacheRefresh("checkout")).toBe(false);
    expect(await isSwitchActiveWithCacheRefresh("maintenance")).toBe(false);
    await switchInPostgres("checkout", true);
    await switchInPostgres("maintenance", true);
    expect(await isFeatureEnabledFresh("checkout")).toBe(true);
    expect(await isSwitchActiveWithCacheRefresh("maintenance")).toBe(true);
    expect(errors).toEqual([]);
  });

  test("a check passes the context on", async ({ expect }) => {
    const { isEnabled, isFeatureEnabledFresh } = flagsWith();
    const pro = { targetingKey: "user-1", plan: "pro" };
    expect([await isEnabled("beta", pro), await isEnabled("beta"), await isFeatureEnabledFresh("beta", pro)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("a flag without a value gives the fallback, which is no error", async ({ expect }) => {
    const { isEnabled, isSwitchActiveWithCacheRefresh } = flagsWith();
    expect([await isEnabled("silent"), await isEnabled("silent", {}, true)]).toEqual([false, true]);
    expect([await isSwitchActiveWithCacheRefresh("silent", true), errors]).toEqual([true, []]);
  });

  test("a missing flag, a value of text and a missing key give the fallback and the reason", async ({ expect }) => {
    const { isEnabled, isFeatureEnabledFresh } = flagsWith();
    expect([await isFeatureEnabledFresh("nope"), await isEnabled("nope", {}, true)]).toEqual([false, true]);
    expect(await isEnabled("headline")).toBe(false);
    expect(await flagsWith({ key: undefined, environment: "production" }).isEnabled("checkout")).toBe(false);
    expect(errors).toEqual([
      'isFeatureEnabledFresh("nope"): flag "nope" does not exist',
      'isEnabled("nope"): flag "nope" does not exist',
      'isEnabled("headline"): the value of "headline" is not true or false',
      'isEnabled("checkout"): this needs the option key, a server key (bgs_…)',
    ]);
  });

  test("a stale response is not a fresh one", async ({ expect }) => {
    t.project.backends.neon.setFaults({ errorRate: 1 });
    const fresh = await flagsWith().isFeatureEnabledFresh("checkout");
    t.project.backends.neon.setFaults({});
    expect([fresh, errors]).toEqual([
      false,
      ['isFeatureEnabledFresh("checkout"): Postgres cannot be read at the moment, and the caches are not fresh'],
    ]);
  });

  test("an error that onError throws reaches the caller", async ({ expect }) => {
    const { isFeatureEnabledFresh } = flagsWith({
      onError: (error) => {
        throw error;
      },
    });
    await expect(isFeatureEnabledFresh("nope")).rejects.toThrow('flag "nope" does not exist');
  });
});

describe("the cache manager", () => {
  test("warms an environment and returns its statistics", async ({ expect }) => {
    const { cacheManager, isEnabled } = flagsWith();
    await cacheManager.clearAll();
    expect(await cacheManager.warmUp()).toMatchObject({ flags: ALL.length, l1: ALL.length, l2: ALL.length });
    const before = await cacheManager.getStats();
    await isEnabled("checkout");
    const after = await cacheManager.getStats();
    expect(after.total.hits - before.total.hits).toBe(1);
    expect(after).toMatchObject({ environment: "production", tiers: { l1: { size: ALL.length } } });
  });

  test("rejects with the deployment's error", async ({ expect }) => {
    const { cacheManager } = flagsWith({ token: () => "bga_write_forged" });
    await expect(cacheManager.getStats()).rejects.toMatchObject({ status: 401 });
    await expect(cacheManager.warmUp()).rejects.toMatchObject({ status: 401 });
  });
});

describe("the options", () => {
  test.for([
    ["a client key", () => ({ key: t.project.clientKey }), "key must be a server key (bgs_…)"],
    ["no environment", () => ({ key: undefined }), "environment is missing; give it, or a server key as key"],
    [
      "another environment",
      () => ({ environment: "staging" }),
      'environment is "staging", but key belongs to "production"',
    ],
    ["no onError", () => ({ onError: undefined as never }), "onError must be a function"],
  ] as const)("%s is refused by name", ([, wrong, message], { expect }) => {
    expect(() => flagsWith(wrong())).toThrow(message);
  });
});
