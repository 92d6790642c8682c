import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { createFeatureFlags, type FeatureFlags } from "../../../sdk/client/feature-flags.ts";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../management/client.ts";

let t: ManagementTest;
let asked: string[];
let errors: string[];
let isCut: boolean;
let flags: FeatureFlags;
let loads: number;
let getBanner: ReturnType<typeof bannerOf>;
beforeAll(async () => {
  t = await startManagementTest();
});
afterAll(() => t.close());
beforeEach(async () => {
  [asked, errors, isCut, loads] = [[], [], false, 0];
  await t.call("PUT", `${FLAGS}/banner`, aFlagBody("banner"));
  flags = createFeatureFlags({
    url: "http://edge.test",
    key: t.project.serverKey,
    token: () => t.project.adminToken,
    now: t.clock.now,
    onError: ({ message }) => errors.push(message),
    fetch: async (url, init) => {
      if (isCut) throw new Error("cut");
      const { pathname, search } = new URL(new Request(url).url);
      const response = await t.isolate.fetch(pathname + search, init);
      asked.push(`${pathname} ${response.status}`);
      return response;
    },
  });
  getBanner = bannerOf(flags);
});

/** A page part that depends on a flag, as a program would cache it. */
const bannerOf = ({ cacheResult, isEnabled }: FeatureFlags) =>
  cacheResult(
    async (user: string) => {
      loads += 1;
      return (await isEnabled("banner", { targetingKey: user })) ? `Hello ${user}` : "";
    },
    { timeoutSeconds: 600, keyPrefix: "banner" },
  );
const setEnabled = (enabled: boolean) =>
  t.call("PATCH", `${FLAGS}/banner`, { enabled }, { "content-type": "application/merge-patch+json" });
const HEAD = "/api/v1/environments/production/definitions 304";

test("results are kept, and the version is asked for at most every five seconds", async ({ expect }) => {
  expect([await getBanner("ada"), await getBanner("ada"), loads]).toEqual(["Hello ada", "Hello ada", 1]);
  expect(asked).toEqual([HEAD, "/ofrep/v1/evaluate/flags/banner 200"]);
  await t.clock.advance(4999);
  await getBanner("ada");
  expect(asked).toHaveLength(2);
  await t.clock.advance(1);
  expect([await getBanner("ada"), loads, asked.at(-1), errors]).toEqual(["Hello ada", 1, HEAD, []]);
});

test("a change in the environment forgets the results of all arguments", async ({ expect }) => {
  await getBanner("ada");
  await getBanner("bob");
  await setEnabled(false);
  expect([await getBanner("ada"), loads]).toEqual(["Hello ada", 2]);
  await t.clock.advance(5000);
  expect([await getBanner("ada"), await getBanner("bob"), loads]).toEqual(["", "", 4]);
});

test("any response with another version forgets the results at once", async ({ expect }) => {
  await getBanner("ada");
  await setEnabled(false);
  await flags.isEnabled("banner");
  expect([await getBanner("ada"), loads]).toEqual(["", 2]);
});

test("invalidate forgets one result, and clearing all caches forgets all", async ({ expect }) => {
  await getBanner("ada");
  await getBanner("bob");
  expect(getBanner.invalidate("ada")).toBe(true);
  await getBanner("ada");
  await getBanner("bob");
  expect(loads).toBe(3);
  for (const clear of [flags.clearAllFeatureCaches, flags.cacheManager.clearAll]) {
    expect(await clear()).toBe(true);
    await getBanner("ada");
  }
  expect(loads).toBe(5);
});

test("results stay through an outage for their own time, and each failed check is reported", async ({ expect }) => {
  await getBanner("ada");
  isCut = true;
  await t.clock.advance(5000);
  expect([await getBanner("ada"), await getBanner("ada"), loads]).toEqual(["Hello ada", "Hello ada", 1]);
  expect(errors).toEqual(["the version of environment production is unknown: http://edge.test cannot be reached: cut"]);
});

test("results that follow the version need a server key", ({ expect }) => {
  const { cacheResult } = createFeatureFlags({
    url: "http://edge.test",
    environment: "production",
    onError: () => undefined,
  });
  expect(() => cacheResult(() => 1, { keyPrefix: "one" })).toThrow("this needs the option key, a server key (bgs_…)");
});
