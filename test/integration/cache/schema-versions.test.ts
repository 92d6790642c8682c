import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`documents of two schema versions on ${name}`, () => {
    let redis: TestRedis;
    let prefix: string;
    let old: RedisTier;
    let young: RedisTier;
    const key = () => `${prefix}:feature_flag:prod`;
    const tierOf = (schemaVersion: number): RedisTier =>
      redis.tier({ prefix, schemaVersion, parseDocument: (json) => parseCachedDocument(json, schemaVersion) });
    const texts = (schemaVersion: number, keys: readonly string[], version = 1) =>
      new Map(keys.map((flag) => [flag, JSON.stringify({ ...aFlagDocument(flag, version), schemaVersion })]));
    const fill = (tier: RedisTier, asOf: number, keys: readonly string[]) =>
      tier.fill("prod", asOf, undefined, texts(tier.schemaVersion, keys, asOf));
    const held = async (tier: RedisTier): Promise<string[]> =>
      [...((await tier.readAll("prod"))?.flags.keys() ?? [])].toSorted();

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    beforeEach(() => {
      prefix = freshPrefix();
      old = tierOf(1);
      young = tierOf(2);
    });
    afterAll(() => redis.endpoint.close());

    test("live side by side, and neither overwrites the other", async ({ expect }) => {
      await fill(old, 5, ["a", "b"]);
      await fill(young, 5, ["a", "c"]);
      await fill(old, 5, ["b"]);
      expect(await held(old)).toEqual(["a", "b"]);
      expect(await held(young)).toEqual(["a", "c"]);
      for (const tier of [old, young]) {
        expect((await tier.get("prod", "a"))?.value).toMatchObject({ key: "a", schemaVersion: tier.schemaVersion });
        expect((await tier.keys("prod")).toSorted()).toEqual(await held(tier));
        expect(await tier.stats()).toMatchObject({ size: 2 });
      }
    });

    test.for([
      [1, 2],
      [2, 1],
      [2, 3],
      [3, 2],
    ])("a publish by version %i supersedes the entries of version %i", async ([writes, reads], { expect }) => {
      const [writer, reader] = [tierOf(writes!), tierOf(reads!)];
      for (const tier of [writer, reader]) await fill(tier, 5, ["a", "b"]);
      await writer.publish("prod", [[6, ["a"]]]);
      for (const tier of [writer, reader]) {
        expect(await held(tier)).toEqual(["b"]);
        expect(await tier.get("prod", "a")).toBeUndefined();
        expect((await tier.readChanges("prod", 5))?.flags.size).toBe(0);
      }
      await fill(reader, 6, ["a"]);
      expect(await held(reader)).toEqual(["a", "b"]);
      expect((await reader.readChanges("prod", 5))?.flags.get("a")).toMatchObject({ version: 6 });
      expect(await held(writer)).toEqual(["b"]);
    });

    test("a publish by a worker that knows one version only supersedes the entries of the other", async ({
      expect,
    }) => {
      await fill(old, 5, ["a", "b"]);
      await fill(young, 5, ["a", "b"]);
      // The script of such a worker does exactly this.
      await redis.endpoint.command("HDEL", key(), "a");
      await redis.endpoint.command("HSET", key(), "@head", "6\n6 a");
      expect(await held(young)).toEqual(["b"]);
      await redis.endpoint.command("HSET", key(), "@head", "9\n9 b");
      expect(await held(young)).toEqual([]);
      await fill(young, 9, ["a"]);
      expect(await held(young)).toEqual(["a"]);
    });

    test("a publish of everything, or after a gap, removes the entries of every version", async ({ expect }) => {
      for (const changes of [[[6, "*"]], [[9, ["x"]]]] satisfies Parameters<RedisTier["publish"]>[1][]) {
        await redis.endpoint.command("DEL", key());
        for (const tier of [old, young]) await fill(tier, 5, ["a"]);
        await young.publish("prod", changes);
        for (const tier of [old, young]) expect(await held(tier)).toEqual([]);
      }
    });

    test("a fill from before a publish of the other version is refused", async ({ expect }) => {
      await fill(young, 5, ["a"]);
      await old.publish("prod", [[6, ["a"]]]);
      expect(await fill(young, 5, ["a"])).toBe(false);
      await young.publish("prod", [[7, ["a"]]]);
      expect(await fill(old, 6, ["a"])).toBe(false);
      expect([await held(old), await held(young)]).toEqual([[], []]);
    });

    test("entries that a version left behind for many changes are not used", async ({ expect }) => {
      await fill(young, 5, ["a", "b"]);
      for (let version = 6; version < 80; version++) await old.publish("prod", [[version, ["b"]]]);
      expect(await held(young)).toEqual([]);
      await fill(young, 79, ["a"]);
      expect(await held(young)).toEqual(["a"]);
      expect(await redis.endpoint.command("HEXISTS", key(), "@2:b")).toBe(0);
    });

    test("entries of a version that no worker uses any more expire", async ({ expect }) => {
      for (const tier of [old, young]) await fill(tier, 5, ["a", "b"]);
      for (let minutes = 0; minutes < 20; minutes += 4) {
        await redis.clock.advance(4 * 60_000);
        await fill(young, 5, ["c"]);
      }
      expect(await held(old)).toEqual([]);
      expect(await held(young)).toEqual(["a", "b", "c"]);
      await fill(old, 5, ["a"]);
      for (let minutes = 0; minutes < 20; minutes += 4) {
        await redis.clock.advance(4 * 60_000);
        await fill(old, 5, ["b"]);
      }
      expect(await held(old)).toEqual(["a", "b"]);
      const fields = await redis.endpoint.command<string[]>("HKEYS", key());
      expect(fields.filter((field) => field.startsWith("@2"))).toEqual([]);
    });

    test("a purge by hand removes the entries of both", async ({ expect }) => {
      for (const tier of [old, young]) await fill(tier, 5, ["a", "b"]);
      await young.invalidate("prod", "a");
      expect([await held(old), await held(young)]).toEqual([["b"], ["b"]]);
      await old.clear("prod");
      expect([await held(old), await held(young)]).toEqual([[], []]);
      expect((await young.readAll("prod"))?.asOf).toBe(5);
    });

    test("version 1 alone adds no field to the hash", async ({ expect }) => {
      await fill(old, 5, ["a"]);
      await old.publish("prod", [[6, ["b"]]]);
      expect((await redis.endpoint.command<string[]>("HKEYS", key())).toSorted()).toEqual(["@head", "a"]);
    });

    test("a reader of version 2 needs no more commands", async ({ expect }) => {
      await fill(young, 5, ["a"]);
      redis.commands();
      await young.read("prod", ["@keys", "a"]);
      await young.readAll("prod");
      await young.readChanges("prod", 4);
      await young.publish("prod", [[6, ["a"]]]);
      expect(redis.commands()).toEqual({ HMGET: 1, HGETALL: 1, EVAL_RO: 1, EVAL: 1 });
    });
  });
}
