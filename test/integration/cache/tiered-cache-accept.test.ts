import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { TierError } from "../../../src/ops/errors.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { anIsolate } from "../../support/cache/tiered-cache.ts";
import { reading, wholeReading } from "../../support/cache/readings.ts";

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

    describe("accept", () => {
      test("puts a reading into L1 at once, and into L2 with the command that it returns", async ({ expect }) => {
        const cache = isolate();
        const fill = cache.accept("prod", {
          ...wholeReading(5, ["a"]),
          flags: new Map([
            ["a", aFlagDocument("a", 5)],
            ["ghost", null],
          ]),
        });
        expect(cache.l1.get("prod", "a")?.value?.document.version).toBe(5);
        expect(cache.l1.get("prod", "ghost")?.value).toBeNull();
        expect(cache.l1.environment("prod").checkedAt).toBe(redis.clock.now());
        expect(redis.commands()).toEqual({});
        expect(await fill()).toBe(true);
        expect(redis.commands()).toEqual({ EVAL: 1 });
        const stored = await l2.readAll("prod");
        expect(stored).toMatchObject({ ...wholeReading(5, ["a"]), flags: new Map([["a", aFlagDocument("a", 5)]]) });
      });

      test("confirms the version as of the time of the query, however long it took", async ({ expect }) => {
        const cache = isolate();
        const readAt = redis.clock.now();
        await redis.clock.advance(4000);
        cache.accept("prod", reading(5, ["a"]), readAt);
        expect(cache.l1.environment("prod").checkedAt).toBe(readAt);
        cache.accept("prod", reading(5, ["a"]), readAt - 1000);
        expect(cache.l1.environment("prod").checkedAt).toBe(readAt);
      });

      test("keeps the rest of L1 only if the reading lists what changed", async ({ expect }) => {
        const cache = isolate();
        cache.accept("prod", wholeReading(5, ["a", "b"]));
        cache.accept("prod", reading(6, ["a"], { changes: [[6, ["a"]]] }));
        expect(cache.l1.getMany("prod", ["a", "b"]).size).toBe(2);
        cache.accept("prod", reading(7, ["a"]));
        expect([...cache.l1.getMany("prod", ["a", "b"]).keys()]).toEqual(["a"]);
      });

      test("takes only the unchanged parts of a reading that a change has overtaken", async ({ expect }) => {
        const cache = isolate();
        cache.accept("prod", reading(5, ["x"]));
        const checkedAt = cache.l1.environment("prod").checkedAt;
        await redis.clock.advance(1000);
        cache.l1.advance("prod", { version: 6, changes: [[6, ["a"]]] });
        const fill = cache.accept("prod", reading(5, ["a", "b"]));
        expect([...cache.l1.getMany("prod", ["a", "b"]).keys()]).toEqual(["b"]);
        expect(cache.l1.environment("prod").checkedAt).toBe(checkedAt);
        await l2.publish("prod", [[6, ["a"]]]);
        expect(await fill()).toBe(false);
        expect(await l2.keys("prod")).toEqual([]);
      });

      test("fills an L2 that is behind by the changes that L1 remembers, without starting over", async ({ expect }) => {
        const cache = isolate();
        await cache.accept("prod", wholeReading(5, ["a", "b", "c"]))();
        cache.l1.advance("prod", { version: 6, changes: [[6, ["a"]]] });
        await cache.accept("prod", reading(7, ["b"], { changes: [[7, ["b"]]] }))();
        expect((await l2.readAll("prod"))?.asOf).toBe(7);
        expect((await l2.keys("prod")).toSorted()).toEqual(["b", "c"]);
      });

      test("drops the flags that its changes name, even without their documents", async ({ expect }) => {
        const cache = isolate();
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        await cache.accept("prod", { asOf: 6, changes: [[6, ["a"]]], flags: new Map([["a", null]]) })();
        expect(await l2.keys("prod")).toEqual(["b"]);
        expect(cache.l1.get("prod", "a")?.value).toBeNull();
      });

      test("writes nothing to L2 for a flag that does not exist", async ({ expect }) => {
        redis.commands();
        expect(await isolate().accept("prod", { asOf: 5, flags: new Map([["ghost", null]]) })()).toBe(true);
        expect(redis.commands()).toEqual({});
      });

      test("works without an L2", async ({ expect }) => {
        const alone = anIsolate(undefined, redis.clock);
        expect(await alone.accept("prod", wholeReading(5, ["a"]))()).toBe(false);
        expect((await alone.get("prod", "a"))?.value?.document.key).toBe("a");
        expect(await alone.publish("prod", [[6, ["a"]]])).toBe(6);
        expect(await alone.get("prod", "a")).toBeUndefined();
      });
    });

    describe("with a failing L2", () => {
      test("publish throws, but L1 still has the change", async ({ expect }) => {
        const cache = isolate();
        await cache.accept("prod", wholeReading(5, ["a", "b"]))();
        redis.endpoint.setFaults({ errorRate: 1 });
        try {
          await expect(cache.publish("prod", [[6, ["a"]]])).rejects.toThrow(TierError);
          expect(cache.l1.get("prod", "a")).toBeUndefined();
          expect((await cache.get("prod", "b"))?.value?.document.key).toBe("b");
          for (const call of [
            cache.get("prod", "a"),
            cache.fetch("prod", ["b"]),
            cache.fetchAll("prod"),
            cache.checkHead("prod"),
            cache.accept("prod", reading(6, ["a"]))(),
          ]) {
            await expect(call).rejects.toThrow(TierError);
          }
          expect(cache.l1.get("prod", "a")?.value?.document.version).toBe(6);
          expect(cache.stats().errors).toBe(6);
        } finally {
          redis.endpoint.setFaults({});
        }
      });
    });
  });
}
