import type { Change } from "../../../src/flags/changes.ts";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { FlagCache } from "../../../src/cache/flag-cache.ts";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { describeFlagCache } from "../../support/cache/flag-cache-contract.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";
import { REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { KEYS, reading, wholeReading } from "../../support/cache/readings.ts";
import { anIsolate } from "../../support/cache/tiered-cache.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`TieredCache on ${name}`, () => {
    let redis: TestRedis;
    let l2: RedisTier;
    const isolate = () => anIsolate(l2, redis.clock);

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    beforeEach(() => {
      l2 = redis.tier();
      redis.endpoint.resetStats();
    });
    afterAll(() => redis.endpoint.close());

    describeFlagCache("TieredCache", () => {
      const cache: FlagCache<FlagDocument> & Pick<TieredCache<FlagDocument>, "publish"> = new TieredCache<FlagDocument>(
        {
          l1: aMemoryTier<FlagDocument>({}, redis.clock).tier,
          l2: redis.tier(),
          compile: (document) => document,
          documentOf: (document) => document,
          versionOf: ({ version }) => version,
          now: redis.clock.now,
        },
      );
      return {
        cache,
        publish: (environment, changes) => cache.publish(environment, changes),
        // An entry is gone once both tiers have dropped it: L1 after 60 s and L2 after 15 minutes.
        ...(redis.hasClock ? { elapse: (ms: number) => redis.clock.advance(ms) } : {}),
        ttlMs: 900_000,
        keepsAbsent: true,
      };
    });

    describe("get and getMany", () => {
      test("fill L1 after an L2 hit, so that the next read does not use L2", async ({ expect }) => {
        await isolate().accept("prod", wholeReading(5, ["a", "b"]))();
        redis.commands();
        const cache = isolate();
        expect((await cache.get("prod", "a"))?.value?.document).toEqual(aFlagDocument("a", 5));
        expect((await cache.get("prod", "a"))?.value?.document).toEqual(aFlagDocument("a", 5));
        expect(cache.l1.get("prod", "a")).toBeDefined();
        expect(redis.commands()).toEqual({ HMGET: 1 });
        expect([...(await cache.getMany("prod", ["a", "b", "ghost"])).keys()]).toEqual(["a", "b"]);
        expect(redis.commands()).toEqual({ HMGET: 1 });
        expect(cache.stats()).toMatchObject({ hits: 5, misses: 1, size: 2 });
      });

      test("return what L2 has even if L1 keeps nothing", async ({ expect }) => {
        await isolate().accept("prod", wholeReading(5, ["a"]))();
        const cache = anIsolate(l2, redis.clock, { maxEntries: 0 });
        expect((await cache.get("prod", "a"))?.value?.document.key).toBe("a");
      });
    });

    describe("fetch", () => {
      test("reads flags, head and SDK keys with one command, and names the missing ones", async ({ expect }) => {
        await isolate().accept("prod", wholeReading(5, ["a", "b", "c"]))();
        redis.commands();
        const cache = isolate();
        expect(await cache.fetch("prod", ["a", "ghost", "b"])).toEqual({ found: true, missing: ["ghost"] });
        expect(redis.commands()).toEqual({ HMGET: 1 });
        const held = cache.l1.environment("prod");
        expect([held.version, held.keys, held.index]).toEqual([5, KEYS, undefined]);
        expect(["a", "b", "c"].filter((key) => held.current(key))).toEqual(["a", "b"]);
        expect(held.checkedAt).toBe(redis.clock.now());
      });

      test("keeps what nobody changed if L1 is further behind than the head lists", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await cache.accept("prod", wholeReading(5, ["a", "b", "c"]))();
        const held = cache.l1.environment("prod");
        const updateOften = async (from: number) => {
          for (let at = from; at < from + 100; at++) await other.publish("prod", [[at, ["a"]]]);
        };
        await updateOften(6);
        redis.commands();
        expect(await cache.fetch("prod", ["b"])).toEqual({ found: true, missing: [] });
        expect(redis.commands()).toEqual({ HMGET: 1, EVAL_RO: 1 });
        expect([held.version, held.current("a"), held.current("c")?.asOf]).toEqual([105, undefined, 5]);
        await updateOften(106);
        expect(await cache.fetchAll("prod")).toEqual({ found: true, missing: ["a"] });
        expect([held.version, held.histories]).toEqual([205, 0]);
      });

      test("finds nothing if L2 has no head, and does not count as a head check", async ({ expect }) => {
        const cache = isolate();
        expect(await cache.fetch("prod", ["a"])).toEqual({ found: false, missing: ["a"] });
        expect(cache.l1.environment("prod").checkedAt).toBe(0);
        const alone = anIsolate(undefined, redis.clock);
        expect(await alone.fetch("prod", ["a"])).toEqual({ found: false, missing: ["a"] });
      });

      test("moves L1 on, and drops the flags that have changed since", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        await other.publish("prod", [[6, ["a"]]]);
        expect(await cache.fetch("prod", ["b"])).toEqual({ found: true, missing: [] });
        expect(cache.l1.environment("prod").version).toBe(6);
        expect(cache.l1.environment("prod").current("a")).toBeUndefined();
      });

      test("takes only unchanged flags from a replica that lags behind", async ({ expect }) => {
        const cache = isolate();
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        cache.l1.advance("prod", { version: 6, changes: [[6, ["a", "@keys"]]] });
        cache.l1.invalidate("prod", "b");
        expect(await cache.fetch("prod", ["a", "b"])).toEqual({ found: true, missing: ["a"] });
        expect(cache.l1.environment("prod").keys).toBeUndefined();
        expect(cache.l1.environment("prod").version).toBe(6);
      });

      test("treats an unreadable field as missing", async ({ expect }) => {
        await l2.fill(
          "prod",
          5,
          undefined,
          new Map([
            ["a", "{"],
            ["@keys", '{"k":1}'],
          ]),
        );
        const cache = isolate();
        expect(await cache.fetch("prod", ["a"])).toEqual({ found: true, missing: ["a"] });
        expect(cache.l1.environment("prod").keys).toBeUndefined();
      });
    });

    describe("fetchAll", () => {
      test("reads a whole environment with one command", async ({ expect }) => {
        const keys = Array.from({ length: 1000 }, (_, i) => `flag-${i}`);
        await isolate().accept("prod", wholeReading(5, keys))();
        redis.commands();
        const cache = isolate();
        expect(await cache.fetchAll("prod")).toEqual({ found: true, missing: [] });
        expect(redis.commands()).toEqual({ HGETALL: 1 });
        expect(cache.l1.getMany("prod", keys).size).toBe(1000);
        expect(cache.l1.environment("prod").index).toEqual(keys.toSorted());
      });

      test("uses the index to name the flags that were purged", async ({ expect }) => {
        await isolate().accept("prod", wholeReading(5, ["a", "b", "c"]))();
        await l2.publish("prod", [[6, ["b"]]]);
        expect(await isolate().fetchAll("prod")).toEqual({ found: true, missing: ["b"] });
      });

      test("misses everything without a head, without an index, or with an outdated one", async ({ expect }) => {
        const cache = isolate();
        expect(await cache.fetchAll("prod")).toEqual({ found: false, missing: "all" });
        await isolate().accept("prod", reading(5, ["a"]))();
        expect(await cache.fetchAll("prod")).toEqual({ found: true, missing: "all" });
        expect(cache.l1.get("prod", "a")).toBeDefined();
        await isolate().accept("prod", wholeReading(5, ["a"]))();
        cache.l1.advance("prod", { version: 6, changes: [[6, ["@index", "new"]]] });
        expect(await cache.fetchAll("prod")).toEqual({ found: true, missing: "all" });
        expect(cache.l1.environment("prod").index).toBeUndefined();
      });
    });

    describe("reading a flag again", () => {
      test("compiles and measures it once per version, and makes it fresh again", async ({ expect }) => {
        const measured: string[] = [];
        const cache = anIsolate(l2, redis.clock, {
          sizeOf: (key) => {
            measured.push(key);
            return 10;
          },
        });
        await isolate().accept("prod", wholeReading(5, ["a", "b"]))();
        await cache.fetchAll("prod");
        const before = cache.l1.get("prod", "a");
        expect(cache.compiled.toSorted()).toEqual(["a", "b"]);
        expect(measured.toSorted()).toEqual(["a", "b"]);
        await redis.clock.advance(70_000);
        expect(cache.l1.get("prod", "a")).toBeUndefined();
        await cache.fetchAll("prod");
        const after = cache.l1.get("prod", "a");
        expect(after?.value).toBe(before?.value);
        expect(after?.cachedAt).toBe(redis.clock.now());
        cache.accept("prod", wholeReading(5, ["a", "b"]));
        expect([cache.compiled.length, measured.length]).toEqual([2, 2]);
        expect(cache.l1.stats()).toMatchObject({ size: 2, bytes: 20 });
      });

      test("keeps the text from Redis as it is, instead of writing the document again", async ({ expect }) => {
        const text = JSON.stringify(aFlagDocument("a", 5), undefined, 1);
        await isolate().accept("prod", { ...reading(5, ["a"]), texts: new Map([["a", text]]) })();
        const cache = isolate();
        await cache.fetch("prod", ["a"]);
        expect(cache.l1.get("prod", "a")?.value?.text).toBe(text);
      });

      test("compiles it again if its version has changed, whatever superseded it", async ({ expect }) => {
        const cache = isolate();
        cache.accept("prod", wholeReading(5, ["a", "b"]));
        cache.compiled.length = 0;
        const flags = new Map([
          ["a", aFlagDocument("a", 6)],
          ["b", aFlagDocument("b", 5)],
        ]);
        cache.accept("prod", { asOf: 9, flags });
        expect(cache.compiled).toEqual(["a"]);
        expect(cache.l1.get("prod", "a")?.value?.document.version).toBe(6);
        expect(cache.l1.get("prod", "b")?.value?.document.version).toBe(5);
      });
    });

    describe("sync", () => {
      test("is one command that changes nothing if there is no news, and counts as a head check", async ({
        expect,
      }) => {
        const cache = isolate();
        await cache.accept("prod", wholeReading(5, ["a"]))();
        const entry = cache.l1.environment("prod").current("a");
        await redis.clock.advance(5000);
        redis.commands();
        expect(await cache.checkHead("prod")).toBe("current");
        expect(redis.commands()).toEqual({ EVAL_RO: 1 });
        expect(cache.l1.environment("prod").current("a")).toBe(entry);
        expect(cache.l1.environment("prod").checkedAt).toBe(redis.clock.now());
      });

      test("drops what changed and reads L2's copies of it with the same command", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await cache.accept("prod", wholeReading(5, ["a", "b", "c"]))();
        await other.checkHead("prod");
        await other.publish("prod", [[6, ["a", "b", "@index"]]]);
        await other.accept("prod", reading(6, ["a"], { changes: [[6, ["a", "b", "@index"]]], index: ["a", "c"] }))();
        redis.commands();
        expect(await cache.checkHead("prod")).toBe("advanced");
        expect(redis.commands()).toEqual({ EVAL_RO: 1 });
        const held = cache.l1.environment("prod");
        expect(held.current("a")?.value?.document.version).toBe(6);
        expect(held.current("b")).toBeUndefined();
        expect(held.current("c")?.value?.document.version).toBe(5);
        expect(held.index).toEqual(["a", "c"]);
        expect(held.keys).toEqual(KEYS);
      });

      test("does not compile flags that this isolate has never served", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await other.accept("prod", wholeReading(5, ["a", "b"]))();
        await cache.fetch("prod", ["a"]);
        await other.accept("prod", reading(6, ["a", "b"], { changes: [[6, ["a", "b"]]] }))();
        cache.compiled.length = 0;
        expect(await cache.checkHead("prod")).toBe("advanced");
        expect(cache.compiled).toEqual(["a"]);
      });

      test("drops only the changed flags after more changes than the head lists", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        for (let version = 6; version <= 75; version++) await other.publish("prod", [[version, ["b"]]]);
        expect(await cache.checkHead("prod")).toBe("advanced");
        expect(["a", "b"].filter((key) => cache.l1.environment("prod").current(key))).toEqual(["a"]);
        expect(cache.l1.environment("prod").version).toBe(75);
      });

      test("drops everything after more changes than L2 remembers", async ({ expect }) => {
        const [cache, other] = [isolate(), isolate()];
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        const changes = Array.from({ length: 4070 }, (_, i): Change => [6 + i, ["b"]]);
        await other.publish("prod", changes);
        expect(await cache.checkHead("prod")).toBe("advanced");
        expect(["a", "b"].filter((key) => cache.l1.environment("prod").current(key))).toEqual([]);
        expect(cache.l1.environment("prod").version).toBe(4075);
      });

      test("does not go back to an L2 that is behind", async ({ expect }) => {
        const cache = isolate();
        await l2.publish("prod", [[5, ["a"]]]);
        cache.l1.advance("prod", { version: 7, changes: [] });
        expect(await cache.checkHead("prod")).toBe("current");
        expect(cache.l1.environment("prod").version).toBe(7);
      });

      test("learns nothing if L2 has no head", async ({ expect }) => {
        const cache = isolate();
        expect(await cache.checkHead("prod")).toBe("unknown");
        expect(cache.l1.environment("prod").checkedAt).toBe(0);
        expect(await anIsolate(undefined, redis.clock).checkHead("prod")).toBe("unknown");
      });
    });
  });
}
