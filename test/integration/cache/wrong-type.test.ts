import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

/** Commands that put something else in the place of a hash. The embedded Redis has only strings and hashes. */
const WRONG_VALUES: [type: string, command: (key: string) => string[]][] = [
  ["a string", (key) => ["SET", key, "x"]],
  ["a list", (key) => ["RPUSH", key, "x"]],
  ["a set", (key) => ["SADD", key, "x"]],
  ["a sorted set", (key) => ["ZADD", key, "1", "x"]],
  ["a stream", (key) => ["XADD", key, "*", "f", "x"]],
];

/** Heads that no reader accepts. Lua takes some of them for numbers, above which no version can come. */
const DAMAGED_HEADS = ["x", "", "0", "-1", "1.5", "5 *", "5abc", "\n5", "0x10", "1e9", "nan", "inf", "9".repeat(20)];

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`a Redis key of the wrong type on ${name}`, () => {
    let redis: TestRedis;
    let prefix: string;
    let tier: RedisTier;
    const key = () => `${prefix}:feature_flag:prod`;
    const document = new Map([["a", JSON.stringify(aFlagDocument("a"))]]);
    const put = async (command: (key: string) => string[]) => {
      await redis.endpoint.command("DEL", key());
      await redis.endpoint.command(...command(key()));
    };

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    beforeEach(() => {
      prefix = freshPrefix();
      tier = redis.tier({ prefix });
    });
    afterEach(() => redis.endpoint.command("DEL", key()));
    afterAll(() => redis.endpoint.close());

    const values = redisUrl === undefined ? WRONG_VALUES.slice(0, 1) : WRONG_VALUES;
    for (const [type, command] of values) {
      test(`reads of ${type} find nothing and do not fail`, async () => {
        await put(command);
        expect(await tier.read("prod", ["a", "@keys"])).toBeUndefined();
        expect(await tier.readAll("prod")).toBeUndefined();
        expect(await tier.readChanges("prod", 3)).toBeUndefined();
        expect(await tier.keys("prod")).toEqual([]);
        expect(await tier.texts("prod")).toEqual(new Map());
        expect(await tier.stats()).toMatchObject({ size: 0, bytes: 0 });
        expect(await tier.headVersions(["prod"])).toEqual(new Map());
      });

      test(`a fill replaces ${type}`, async () => {
        await put(command);
        expect(await tier.fill("prod", 5, [[5, ["a"]]], document)).toBe(true);
        expect(await tier.get("prod", "a")).toMatchObject({ value: { key: "a" }, asOf: 5 });
        expect(await redis.endpoint.command<number>("PTTL", key())).toBeGreaterThan(0);
      });

      test(`a publish replaces ${type}, and the fence holds from then on`, async () => {
        await put(command);
        expect(await tier.publish("prod", [[6, ["a"]]])).toBe(6);
        expect(await tier.fill("prod", 5, undefined, document)).toBe(false);
        expect((await tier.readAll("prod"))?.asOf).toBe(6);
      });

      test(`a purge by hand removes ${type}`, async () => {
        for (const purge of [() => tier.clear("prod"), () => tier.clear(), () => tier.invalidate("prod", "a")]) {
          await put(command);
          await purge();
          expect(await redis.endpoint.command("EXISTS", key())).toBe(0);
        }
      });
    }

    test.each(DAMAGED_HEADS)(
      "a hash with the damaged head %j counts as empty until a write replaces it",
      async (head) => {
        const damage = () => put((hash) => ["HSET", hash, "@head", head, "a", "x", "@keys", "x", "@index", "x"]);
        await damage();
        expect(await tier.read("prod", ["a", "@keys"])).toBeUndefined();
        expect(await tier.readAll("prod")).toBeUndefined();
        expect(await tier.readChanges("prod", 3)).toBeUndefined();
        expect(await tier.headVersions(["prod"])).toEqual(new Map());
        expect(await tier.fill("prod", 5, [[5, ["a"]]], document)).toBe(true);
        expect(await tier.get("prod", "a")).toMatchObject({ value: { key: "a" }, asOf: 5 });
        await damage();
        expect(await tier.publish("prod", [[6, ["a"]]])).toBe(6);
        expect(await tier.readAll("prod")).toMatchObject({ asOf: 6, flags: new Map() });
        await damage();
        await tier.clear("prod");
        expect(await redis.endpoint.command("EXISTS", key())).toBe(0);
      },
    );
  });
}
