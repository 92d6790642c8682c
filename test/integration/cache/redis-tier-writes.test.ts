import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import type { Change } from "../../../src/flags/changes.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`writes on ${name}`, () => {
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

    describe("fill", () => {
      test("starts an environment without a head, whatever other fields exist", async ({ expect }) => {
        await redis.endpoint.command("HSET", hash(), "old", "{}");
        expect(await tier.fill("prod", 5, undefined, texts("a"))).toBe(true);
        expect(await contents(tier.readAll("prod"))).toEqual({
          head: { version: 5, changes: [[5, "*"]] },
          flags: ["a"],
        });
        expect([...(await tier.texts("prod")).keys()]).toEqual(["a"]);
      });

      test("is refused and changes nothing if the head is ahead", async ({ expect }) => {
        await tier.publish("prod", [[6, ["a"]]]);
        expect(await tier.fill("prod", 5, [[5, ["b"]]], texts("a", "b"))).toBe(false);
        expect(await contents(tier.readAll("prod"))).toEqual({
          head: { version: 6, changes: [[6, ["a"]]] },
          flags: [],
        });
        expect(await tier.keys("prod")).toEqual([]);
      });

      test("moves the head by its changes, and keeps the fields that they do not name", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b", "c"));
        expect(
          await tier.fill(
            "prod",
            7,
            [
              [5, ["c"]],
              [6, ["a"]],
              [7, ["b"]],
            ],
            texts("a"),
          ),
        ).toBe(true);
        expect(await contents(tier.readAll("prod"))).toEqual({
          head: {
            version: 7,
            changes: [
              [5, "*"],
              [6, ["a"]],
              [7, ["b"]],
            ],
          },
          flags: ["a", "c"],
        });
      });

      test("starts over if its changes do not reach back to the head", async ({ expect }) => {
        for (const changes of [
          undefined,
          [[7, ["a"]]],
          [
            [6, ["a"]],
            [5, []],
            [7, []],
          ],
        ] as (Change[] | undefined)[]) {
          await tier.clear("prod");
          await redis.endpoint.command("DEL", hash());
          await tier.fill("prod", 5, undefined, texts("a", "b"));
          expect(await tier.fill("prod", 7, changes, texts("c"))).toBe(true);
          expect(await contents(tier.readAll("prod"))).toMatchObject({ flags: ["c"] });
        }
      });

      test("ignores changes that do not end at its own version", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a"));
        await tier.fill("prod", 7, [[6, []]], texts("b"));
        expect((await contents(tier.readAll("prod")))?.head).toEqual({ version: 7, changes: [[7, "*"]] });
      });

      test("splits a request that is too large", async ({ expect }) => {
        const keys = Array.from({ length: 40 }, (_, i) => `flag-${i}`);
        const text = JSON.stringify(aFlagDocument("big", 1, { metadata: { filler: "x".repeat(50_000) } }));
        redis.commands();
        expect(await tier.fill("prod", 5, [[5, ["flag-1"]]], new Map(keys.map((key) => [key, text])))).toBe(true);
        expect(redis.commands()).toEqual({ EVAL: 3 });
        expect((await tier.keys("prod")).length).toBe(40);
      });

      test("accepts thousands of fields at once", async ({ expect }) => {
        const keys = Array.from({ length: 5000 }, (_, i) => `f${i}`);
        expect(await tier.fill("prod", 5, undefined, new Map(keys.map((key) => [key, "{}"])))).toBe(true);
        expect((await tier.keys("prod")).length).toBe(5000);
      });
    });

    describe("publish", () => {
      test("fences an environment that was not cached at all", async ({ expect }) => {
        expect(await tier.publish("prod", [[6, ["a"]]])).toBe(6);
        expect(await tier.fill("prod", 5, undefined, texts("a"))).toBe(false);
      });

      test("deletes exactly the fields that versions after the head name", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b", "c", "@keys", "@index"));
        expect(
          await tier.publish("prod", [
            [5, ["c"]],
            [6, ["a"]],
            [7, ["@keys"]],
          ]),
        ).toBe(7);
        expect((await redis.endpoint.command<string[]>("HKEYS", hash())).toSorted()).toEqual([
          "@head",
          "@index",
          "b",
          "c",
        ]);
      });

      test("deletes nothing if it arrives again or late", async ({ expect }) => {
        await tier.publish("prod", [
          [5, ["a"]],
          [6, ["a"]],
        ]);
        await tier.fill("prod", 6, [], texts("a"));
        expect(await tier.publish("prod", [[6, ["a"]]])).toBe(6);
        expect(await tier.publish("prod", [[5, "*"]])).toBe(6);
        expect(await tier.keys("prod")).toEqual(["a"]);
      });

      test("deletes everything if it arrives before an older one, which then changes nothing", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b"));
        expect(await tier.publish("prod", [[7, ["a"]]])).toBe(7);
        expect(await tier.keys("prod")).toEqual([]);
        await tier.fill("prod", 7, [], texts("b"));
        expect(await tier.publish("prod", [[6, ["b"]]])).toBe(7);
        expect(await tier.keys("prod")).toEqual(["b"]);
      });

      test("records a change of very many flags as a change of everything", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a"));
        const many = Array.from({ length: 201 }, (_, i) => `f${i}`);
        await tier.publish("prod", [[6, many]]);
        expect(await contents(tier.readAll("prod"))).toEqual({ head: { version: 6, changes: [[6, "*"]] }, flags: [] });
        expect(await tier.keys("prod")).toEqual([]);
        await tier.publish("prod", [[7, many.slice(1)]]);
        expect((await tier.readAll("prod"))?.changes?.at(-1)).toEqual([7, many.slice(1)]);
      });

      test("treats a name that the head cannot hold as everything", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a"));
        await tier.publish("prod", [[6, ["two words"]]]);
        expect(await tier.keys("prod")).toEqual([]);
      });

      test("remembers the newest 64 changes and 400 names", async ({ expect }) => {
        for (let version = 1; version <= 70; version++) await tier.publish("prod", [[version, ["a"]]]);
        expect((await tier.readAll("prod"))?.changes?.map(([version]) => version)).toEqual(
          Array.from({ length: 64 }, (_, i) => i + 7),
        );
        const names = (from: number) => Array.from({ length: 150 }, (_, i) => `f${from + i}`);
        await tier.publish("prod", [
          [71, names(0)],
          [72, names(0)],
          [73, names(0)],
        ]);
        expect((await tier.readAll("prod"))?.changes?.map(([version]) => version)).toEqual([72, 73]);
      });

      test("keeps versions that are too large for Lua to print exactly", async ({ expect }) => {
        const version = 9_007_199_254_740_000;
        await tier.publish("prod", [[version, ["a"]]]);
        await tier.fill("prod", version, [], texts("a"));
        expect(await tier.publish("prod", [[version + 1, ["b"]]])).toBe(version + 1);
        expect((await contents(tier.readChanges("prod", version)))?.head).toEqual({
          version: version + 1,
          changes: [[version + 1, ["b"]]],
        });
      });

      test("refuses an empty list", async ({ expect }) => {
        await expect(tier.publish("prod", [])).rejects.toThrow(RangeError);
      });
    });
  });
}
