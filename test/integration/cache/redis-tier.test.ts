import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { describeFlagCache } from "../../support/cache/flag-cache-contract.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`reads on ${name}`, () => {
    let redis: TestRedis;
    let prefix: string;
    let tier: RedisTier;
    const hash = () => `${prefix}:feature_flag:prod`;
    const texts = (...keys: string[]) => new Map(keys.map((key) => [key, JSON.stringify(aFlagDocument(key))]));

    /** A reading as its head and the sorted keys of its flags. */
    const contents = async (read: Promise<Reading | undefined>) => {
      const reading = await read;
      if (!reading) return undefined;
      const { asOf, changes, flags } = reading;
      return { head: { version: asOf, changes }, flags: [...flags.keys()].toSorted() };
    };

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    beforeEach(() => {
      prefix = freshPrefix();
      tier = redis.tier({ prefix });
      redis.endpoint.resetStats();
    });
    afterAll(() => redis.endpoint.close());

    describeFlagCache("RedisTier", () => {
      const cache = redis.tier();
      return {
        cache,
        publish: (environment, changes) => cache.publish(environment, changes),
        ...(redis.hasClock ? { elapse: (ms: number) => redis.clock.advance(ms) } : {}),
        ttlMs: 900_000,
        keepsAbsent: false,
      };
    });

    test("every method is one command", async ({ expect }) => {
      await tier.fill("prod", 5, [[5, ["a"]]], texts("a", "b", "@index"));
      expect(redis.commands()).toEqual({ EVAL: 1 });
      await tier.publish("prod", [[6, ["a"]]]);
      expect(redis.commands()).toEqual({ EVAL: 1 });
      await tier.read("prod", ["@keys", "a", "b"]);
      expect(redis.commands()).toEqual({ HMGET: 1 });
      await tier.readAll("prod");
      expect(redis.commands()).toEqual({ HGETALL: 1 });
      await tier.readChanges("prod", 5);
      expect(redis.commands()).toEqual({ EVAL_RO: 1 });
      await tier.getMany("prod", ["a", "b"]);
      expect(redis.commands()).toEqual({ HMGET: 1 });
      await tier.invalidateMany("prod", ["a", "b"]);
      expect(redis.commands()).toEqual({ HDEL: 1 });
      expect(await tier.keys("prod")).toEqual([]);
      expect(redis.commands()).toEqual({ HKEYS: 1 });
      await tier.clear("prod");
      expect(redis.commands()).toEqual({ EVAL: 1 });
    });

    test("a hash has its head as text and a lifetime", async ({ expect }) => {
      await tier.fill(
        "prod",
        5,
        [
          [4, "*"],
          [5, ["a", "@index"]],
        ],
        texts("b"),
      );
      expect(await redis.endpoint.command("HGET", hash(), "@head")).toBe("5\n4 *\n5 a @index");
      expect(await redis.endpoint.command("HGET", hash(), "b")).toBe(JSON.stringify(aFlagDocument("b")));
      const lifetime = await redis.endpoint.command<number>("PTTL", hash());
      expect(lifetime).toBeGreaterThan(890_000);
      expect(lifetime).toBeLessThanOrEqual(900_000);
    });

    test("a hash lives for at least a minute, longer than any read", async ({ expect }) => {
      await redis.tier({ prefix, ttlMs: 1000 }).publish("prod", [[1, []]]);
      expect(await redis.endpoint.command<number>("PTTL", hash())).toBeGreaterThan(50_000);
    });

    test("every write renews the lifetime, even a repeated publish", async ({ expect }) => {
      await tier.publish("prod", [[5, ["a"]]]);
      for (const write of [() => tier.publish("prod", [[4, ["a"]]]), () => tier.fill("prod", 5, [], texts("a"))]) {
        await redis.endpoint.command("PEXPIRE", hash(), 100_000);
        await write();
        expect(await redis.endpoint.command<number>("PTTL", hash())).toBeGreaterThan(800_000);
      }
    });

    describe("readChanges", () => {
      test("returns the changes since a version and the fields that they name", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b", "c"));
        await tier.publish("prod", [
          [6, ["a"]],
          [7, ["b", "gone", "a"]],
        ]);
        await tier.fill("prod", 7, [], texts("a", "b"));
        expect(await contents(tier.readChanges("prod", 6))).toEqual({
          head: { version: 7, changes: [[7, ["b", "gone", "a"]]] },
          flags: ["a", "b"],
        });
        expect(await contents(tier.readChanges("prod", 5))).toMatchObject({ flags: ["a", "b"] });
      });

      test("parses only the flags that are wanted", async ({ expect }) => {
        await tier.publish("prod", [[6, ["a", "b"]]]);
        await tier.fill("prod", 6, [], texts("a", "b"));
        const read = tier.readChanges("prod", 5, (key) => key === "b");
        expect(await contents(read)).toMatchObject({ flags: ["b"] });
        expect(await tier.stats()).toMatchObject({ hits: 1, misses: 0 });
      });

      test("returns only the version to a reader that is up to date or ahead", async ({ expect }) => {
        await tier.publish("prod", [
          [6, ["a"]],
          [7, ["b"]],
        ]);
        for (const known of [7, 8]) {
          expect(await contents(tier.readChanges("prod", known))).toEqual({
            head: { version: 7, changes: [] },
            flags: [],
          });
        }
      });

      test("returns the whole head without fields if the changes do not reach back to the reader", async ({
        expect,
      }) => {
        await tier.fill("prod", 5, [[5, ["a"]]], texts("a"));
        await tier.publish("prod", [[6, ["b"]]]);
        for (const known of [0, 3]) {
          expect(await contents(tier.readChanges("prod", known))).toEqual({
            head: {
              version: 6,
              changes: [
                [5, ["a"]],
                [6, ["b"]],
              ],
            },
            flags: [],
          });
        }
        await tier.publish("prod", [
          [7, "*"],
          [8, ["a"]],
        ]);
        expect((await tier.readChanges("prod", 6))?.changes).toEqual([
          [7, "*"],
          [8, ["a"]],
        ]);
        await tier.fill("prod", 8, [], texts("a"));
        expect((await tier.readChanges("prod", 6))?.flags.size).toBe(0);
        expect((await tier.readChanges("prod", 7))?.changes).toEqual([[8, ["a"]]]);
      });

      test("returns nothing if there is no head", async ({ expect }) => {
        expect(await tier.readChanges("prod", 5)).toBeUndefined();
        expect(await tier.read("prod", ["a"])).toBeUndefined();
        expect(await tier.readAll("prod")).toBeUndefined();
      });
    });

    test("a ping is one command that touches no environment", async ({ expect }) => {
      await tier.ping();
      expect(await tier.stats()).toMatchObject({ size: 0 });
      expect(redis.commands()).toEqual({ PING: 1 });
    });

    test("counts a document that does not parse, or has another schema, as a miss", async ({ expect }) => {
      await tier.fill("prod", 5, undefined, texts("good"));
      await redis.endpoint.command("HSET", hash(), "broken", '{"schemaVersion":', "old", '{"schemaVersion":0}');
      expect([...(await tier.getMany("prod", ["good", "broken", "old"])).keys()]).toEqual(["good"]);
      expect(await tier.stats()).toMatchObject({ hits: 1, misses: 2, errors: 0, size: 3 });
    });

    test("treats an unreadable head as missing, and the next fill starts over", async ({ expect }) => {
      await redis.endpoint.command("HSET", hash(), "@head", "nonsense", "a", "{}");
      expect(await tier.readAll("prod")).toBeUndefined();
      expect(await tier.readChanges("prod", 1)).toBeUndefined();
      expect(await tier.get("prod", "a")).toBeUndefined();
      expect(await tier.fill("prod", 5, undefined, texts("b"))).toBe(true);
      expect(await tier.keys("prod")).toEqual(["b"]);
    });

    test("clears exactly its own prefix, even if that looks like a pattern", async ({ expect }) => {
      const starred = redis.tier({ prefix: `${prefix}*` });
      await tier.fill("prod", 5, undefined, texts("a"));
      await starred.fill("prod", 5, undefined, texts("a"));
      await starred.clear();
      expect(await starred.keys("prod")).toEqual([]);
      expect(await tier.keys("prod")).toEqual(["a"]);
      await redis.endpoint.command("DEL", `${prefix}*:feature_flag:prod`);
    });
  });
}
