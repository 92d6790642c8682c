import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import type { Change } from "../../../src/flags/changes.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`version tags on ${name}`, () => {
    let redis: TestRedis;
    let prefix: string;
    let tier: RedisTier;
    const hash = () => `${prefix}:feature_flag:prod`;
    const stored = () => redis.endpoint.command<string | null>("HGET", hash(), "@tag");
    const texts = (...keys: string[]) => new Map(keys.map((key) => [key, JSON.stringify(aFlagDocument(key))]));

    /** A reading as its head and the sorted keys of its flags. */
    const contents = async (read: Promise<Reading | undefined>) => {
      const reading = await read;
      const flags = [...(reading?.flags.keys() ?? [])].toSorted();
      return { version: reading?.asOf, tag: reading?.tag, changes: reading?.changes, flags };
    };

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    beforeEach(() => {
      prefix = freshPrefix();
      tier = redis.tier({ prefix });
    });
    afterAll(() => redis.endpoint.close());

    test("the tag is stored with the head, by a fill and by a publish, in the same command", async ({ expect }) => {
      redis.commands();
      await tier.fill("prod", 5, undefined, texts("a"), "five");
      expect(redis.commands()).toEqual({ EVAL: 1 });
      expect(await stored()).toBe("5 five");
      redis.commands();
      await tier.publish("prod", [[6, ["b"], "five"]], "six");
      expect(redis.commands()).toEqual({ EVAL: 1 });
      expect(await stored()).toBe("6 six");
    });

    test("every kind of reading has it, and the head's text is as before", async ({ expect }) => {
      await tier.fill("prod", 5, undefined, texts("a"), "five");
      for (const read of [tier.read("prod", ["a"]), tier.readAll("prod"), tier.lookup("prod", ["a"])])
        expect(await contents(read)).toMatchObject({ version: 5, tag: "five", flags: ["a"] });
      expect(await contents(tier.readChanges("prod", 4))).toMatchObject({ version: 5, tag: "five" });
      expect(await contents(tier.readChanges("prod", 5))).toMatchObject({ version: 5, tag: "five" });
      expect(await redis.endpoint.command("HGET", hash(), "@head")).toBe("5\n5 *");
      expect(await tier.keys("prod")).toEqual(["a"]);
      expect([...(await tier.texts("prod")).keys()]).toEqual(["a"]);
      expect(await tier.stats()).toMatchObject({ size: 1 });
    });

    test("a key that looks like a tag is only a key", async ({ expect }) => {
      await tier.fill("prod", 5, undefined, texts("a@=b", "c"), "five");
      expect(await tier.publish("prod", [[6, ["a@=b"], "five"]], "six")).toBe(6);
      const changes = [[6, ["a@=b"], "five"]];
      expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 6, tag: "six", flags: ["c"] });
      expect(await contents(tier.readChanges("prod", 5))).toMatchObject({ version: 6, changes });
    });

    test("it is unknown after a write that does not know tags", async ({ expect }) => {
      await tier.publish("prod", [[5, ["a"]]], "five");
      await tier.publish("prod", [[6, ["a"]]]);
      expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 6, tag: undefined });
      expect(await tier.fill("prod", 6, [], texts("a"), "six")).toBe(true);
      expect(await contents(tier.readChanges("prod", 6, undefined, "other"))).toMatchObject({ changes: [], flags: [] });
      expect(await tier.publish("prod", [[6, ["a"]]], "other")).toBe(6);
    });

    test("a damaged tag counts as unknown", async ({ expect }) => {
      await tier.publish("prod", [[5, ["a"]]], "five");
      for (const damaged of ["", "5", "5 ", "five", "6 five"]) {
        await redis.endpoint.command("HSET", hash(), "@tag", damaged);
        expect(await contents(tier.read("prod", ["a"]))).toMatchObject({ version: 5, tag: undefined });
        expect(await tier.publish("prod", [[5, ["a"]]], "other")).toBe(5);
      }
    });

    describe("a fill", () => {
      test("at the head's version with another tag is refused like an old one", async ({ expect }) => {
        await tier.publish("prod", [[5, ["a"]]], "five");
        expect(await tier.fill("prod", 5, [], texts("a"), "other")).toBe(false);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ tag: "five", flags: [] });
        expect(await tier.fill("prod", 5, [], texts("a"), "five")).toBe(true);
        expect(await tier.fill("prod", 5, [], texts("b"))).toBe(true);
        expect(await stored()).toBe("5 five");
      });

      test("is refused if its changes go over another version of the head's number", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a"), "five");
        const changes = (tag: string): Change[] => [
          [5, ["b"], "four"],
          [6, ["c"], tag],
        ];
        expect(await tier.fill("prod", 6, changes("other"), texts("c"), "six")).toBe(false);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 5, flags: ["a"] });
        expect(await tier.fill("prod", 6, changes("five"), texts("c"), "six")).toBe(true);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 6, tag: "six", flags: ["a", "c"] });
      });

      test("whose changes do not tell the head's tag starts over", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a"), "five");
        expect(await tier.fill("prod", 6, [[6, ["c"]]], texts("c"), "six")).toBe(true);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 6, tag: "six", flags: ["c"] });
        await redis.endpoint.command("HDEL", hash(), "@tag");
        expect(await tier.fill("prod", 7, [[7, ["b"], "six"]], texts("b"), "seven")).toBe(true);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 7, flags: ["b"] });
      });

      test("that starts over replaces the tag", async ({ expect }) => {
        await tier.publish("prod", [[5, ["a"]]], "five");
        await tier.fill("prod", 9, undefined, texts("a"), "nine");
        expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 9, tag: "nine", flags: ["a"] });
        await tier.fill("prod", 12, undefined, texts("a"));
        expect(await stored()).toBeNull();
      });

      test("of several commands stores everything under one tag", async ({ expect }) => {
        const large = new Map(["a", "b", "c"].map((key) => [key, JSON.stringify("x".repeat(500_000))]));
        expect(await tier.fill("prod", 5, undefined, large, "five")).toBe(true);
        expect(await stored()).toBe("5 five");
        expect((await tier.keys("prod")).toSorted()).toEqual(["a", "b", "c"]);
      });
    });

    describe("a publish", () => {
      test("at the head's version with another tag starts over, and returns a later version", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b"), "five");
        expect(await tier.publish("prod", [[5, ["a"]]], "other")).toBe(6);
        const all = { version: 5, tag: "other", changes: [[5, "*"]], flags: [] };
        expect(await contents(tier.readAll("prod"))).toEqual(all);
        // A repeated one finds its own tag.
        expect(await tier.publish("prod", [[5, ["a"]]], "other")).toBe(5);
        expect(await tier.fill("prod", 5, [], texts("a"), "five")).toBe(false);
      });

      test("that goes over another version of the head's number does the same", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b"), "five");
        const changes: Change[] = [
          [4, ["x"], "three"],
          [5, ["a"], "four"],
          [6, ["c"], "other"],
        ];
        expect(await tier.publish("prod", changes, "six")).toBe(7);
        // A reader of version 4 may be of either history, so it starts over, too.
        expect(await contents(tier.readChanges("prod", 4))).toEqual({
          version: 6,
          tag: "six",
          changes: [[6, "*"]],
          flags: [],
        });
      });

      test("that leads on from another version of the head's number does the same", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b"), "five");
        expect(await tier.publish("prod", [[6, ["c"], "other"]], "six")).toBe(7);
        const all = { version: 6, tag: "six", changes: [[6, "*"]], flags: [] };
        expect(await contents(tier.readAll("prod"))).toEqual(all);
      });

      test("with the head's own tag purges as usual", async ({ expect }) => {
        await tier.fill("prod", 5, undefined, texts("a", "b"), "five");
        const changes: Change[] = [
          [5, ["x"], "four"],
          [6, ["a"], "five"],
        ];
        expect(await tier.publish("prod", changes, "six")).toBe(6);
        expect(await contents(tier.readAll("prod"))).toMatchObject({ tag: "six", flags: ["b"] });
      });

      test("of an older version leaves the tag alone", async ({ expect }) => {
        await tier.publish("prod", [[6, ["a"]]], "six");
        expect(await tier.publish("prod", [[5, ["a"]]], "other")).toBe(6);
        expect(await stored()).toBe("6 six");
      });

      test("of a version that Lua would print in exponent form returns all its digits", async ({ expect }) => {
        const version = 1e15;
        await tier.publish("prod", [[version, ["a"]]], "one");
        expect(await tier.publish("prod", [[version, ["a"]]], "other")).toBe(version + 1);
      });
    });

    test("a reader that knows the head's version with another tag gets the whole head", async ({ expect }) => {
      const changes: Change[] = [
        [4, ["b"]],
        [5, ["a"]],
      ];
      await tier.publish("prod", changes, "five");
      await tier.fill("prod", 5, [], texts("a"), "five");
      expect(await contents(tier.readChanges("prod", 5, undefined, "other"))).toMatchObject({ tag: "five", changes });
      for (const known of ["five", undefined])
        expect(await contents(tier.readChanges("prod", 5, undefined, known))).toMatchObject({ changes: [], flags: [] });
      expect(await contents(tier.readChanges("prod", 6, undefined, "other"))).toMatchObject({
        version: 5,
        changes: [],
      });
    });

    test("every listed change tells the tag before it, also those that the head no longer lists", async ({
      expect,
    }) => {
      const change = (version: number): Change => [version, ["a"], `t${version - 1}`];
      for (let version = 1; version <= 70; version++) await tier.publish("prod", [change(version)], `t${version}`);
      await tier.fill("prod", 70, [], texts("a"), "t70");
      expect((await tier.read("prod", ["a"]))?.changes).toEqual(Array.from({ length: 64 }, (_, i) => change(i + 7)));
      expect(await contents(tier.readChanges("prod", 2))).toEqual({
        version: 70,
        tag: "t70",
        changes: Array.from({ length: 68 }, (_, i) => change(i + 3)),
        flags: ["a"],
      });
    });

    test("neither tags nor a change of everything count as names of the head", async ({ expect }) => {
      const names = Array.from({ length: 190 }, (_, i) => `f${i}`);
      const changes: Change[] = [
        [1, "*", "t0"],
        [2, names, "t1"],
        [3, names, "t2"],
        [4, ["a"], "t3"],
      ];
      await tier.publish("prod", changes, "t4");
      expect((await tier.read("prod", []))?.changes).toEqual(changes);
    });

    test("clearing keeps the tag with the head", async ({ expect }) => {
      await tier.fill("prod", 5, undefined, texts("a"), "five");
      await tier.clear("prod");
      expect(await contents(tier.readAll("prod"))).toMatchObject({ version: 5, tag: "five", flags: [] });
      await tier.fill("staging", 5, undefined, texts("a"));
      await tier.clear("staging");
      expect(await contents(tier.readAll("staging"))).toMatchObject({ version: 5, tag: undefined, flags: [] });
    });

    test("workers of all schema versions share the tag, and none drops it", async ({ expect }) => {
      const second = redis.tier({ prefix, schemaVersion: 2 });
      await tier.fill("prod", 5, undefined, texts("a"), "five");
      expect(await contents(second.read("prod", ["a"]))).toMatchObject({ version: 5, tag: "five" });
      await second.publish("prod", [[6, ["a"]]], "six");
      await tier.fill("prod", 6, [], texts("a"));
      expect(await tier.keys("prod")).toEqual(["a"]);
      for (let i = 0; i < 2; i++) {
        await redis.clock.advance(600_000);
        await second.fill("prod", 6, [], texts("b"));
      }
      // No worker of version 1 has written for a lifetime.
      expect(await tier.keys("prod")).toEqual([]);
      expect(await contents(second.readAll("prod"))).toMatchObject({ version: 6, tag: "six" });
    });
  });
}
