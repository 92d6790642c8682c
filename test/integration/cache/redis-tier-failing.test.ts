import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createRedis } from "../../../src/cache/redis/client.ts";
import type { RedisTier } from "../../../src/cache/redis/tier.ts";
import { TierError } from "../../../src/ops/errors.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`RedisTier on a failing ${name}`, () => {
    let redis: TestRedis;
    let impatient: TestRedis;
    let prefix: string;
    let tier: RedisTier;
    const texts = (...keys: string[]) => new Map(keys.map((key) => [key, JSON.stringify(aFlagDocument(key))]));
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error as TierError,
      );

    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
      impatient = await startTestRedis(redisUrl, 150);
    });
    beforeEach(() => {
      prefix = freshPrefix();
      tier = redis.tier({ prefix });
    });
    afterAll(async () => {
      impatient.endpoint.setFaults({});
      await impatient.endpoint.close();
      await redis.endpoint.close();
    });

    test.for([
      ["down", { down: true }],
      ["refusing", { errorRate: 1 }],
      ["hanging", { hang: true }],
    ] as const)("throws a TierError, and never reports a miss, if Redis is %s", async ([, faults], { expect }) => {
      impatient.endpoint.setFaults(faults);
      const failing = impatient.tier();
      const calls = [
        () => failing.get("prod", "a"),
        () => failing.readAll("prod"),
        () => failing.readChanges("prod", 1),
        () => failing.publish("prod", [[1, ["a"]]]),
        () => failing.set("prod", "a", aFlagDocument("a"), { asOf: 1 }),
        () => failing.clear(),
      ];
      for (const call of calls) expect(await failure(call())).toBeInstanceOf(TierError);
      expect(failing.counts()).toMatchObject({ errors: calls.length, hits: 0, misses: 0 });
    });

    test.for([
      ["down", { down: true }],
      ["hanging", { hang: true }],
    ] as const)("gives up in time and repeats nothing if Redis is %s", async ([, faults], { expect }) => {
      impatient.endpoint.setFaults(faults);
      impatient.endpoint.resetStats();
      const startedAt = performance.now();
      expect(await failure(impatient.tier().get("prod", "a"))).toBeInstanceOf(TierError);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(impatient.endpoint.stats().requests).toBe(1);
    });

    test("a publish whose reply was lost can be sent again", async ({ expect }) => {
      const retried = impatient.tier();
      impatient.endpoint.setFaults({});
      await retried.fill("prod", 5, undefined, texts("a", "b"));
      impatient.endpoint.setFaults({ dropAfterApply: true });
      expect(await failure(retried.publish("prod", [[6, ["a"]]]))).toBeInstanceOf(TierError);
      impatient.endpoint.setFaults({});
      expect(await retried.publish("prod", [[6, ["a"]]])).toBe(6);
      expect(await retried.keys("prod")).toEqual(["b"]);
    });

    test("an unexpected reply does not count as a purge or a fill", async ({ expect }) => {
      const failing = redis.tier({ prefix });
      redis.endpoint.setFaults({ wrongType: true });
      const shapes = 15;
      for (let i = 0; i < shapes; i++) {
        expect(await failure(failing.publish("prod", [[6, ["a"]]]))).toBeInstanceOf(TierError);
      }
      for (let i = 0; i < shapes; i++) {
        expect(await failure(failing.fill("prod", 5, undefined, texts("a")))).toBeInstanceOf(TierError);
      }
      redis.endpoint.setFaults({});
      expect(failing.counts().errors).toBe(2 * shapes);
    });

    test("errors never contain parts of the command", async ({ expect }) => {
      const secret = new Map([["s3cret-flag", '"s3cret text"']]);
      redis.endpoint.setFaults({ errorRate: 1 });
      const fill = () => tier.fill("prod", 5, undefined, secret);
      const read = () => tier.read("prod", ["s3cret-flag"]);
      for (const call of [fill, read]) {
        const error = await failure(call());
        expect(error).toBeInstanceOf(TierError);
        const said = `${error?.message} / ${(error?.cause as Error | undefined)?.message}`;
        expect(said).toContain("ERR injected fault");
        expect(said).not.toContain("s3cret");
      }
      redis.endpoint.setFaults({});
    });

    test("only commands that change something get the time of the writes", async ({ expect }) => {
      const { url, token } = impatient.endpoint;
      const patient = impatient.tier({ writeRedis: createRedis(url, token, 10_000) });
      impatient.endpoint.setFaults({ latencyMs: 400 });
      expect(await failure(patient.fill("prod", 7, undefined, texts("a")))).toBeUndefined();
      expect(await failure(patient.publish("prod", [[8, ["a"]]]))).toBeUndefined();
      expect(await failure(patient.invalidate("prod", "a"))).toBeUndefined();
      for (const call of [
        () => patient.read("prod", ["a"]),
        () => patient.readAll("prod"),
        () => patient.readChanges("prod", 7),
        () => patient.stats(),
        () => patient.ping(),
      ]) {
        expect(await failure(call())).toBeInstanceOf(TierError);
      }
      impatient.endpoint.setFaults({});
    });

    test("only whole environments and large fills get more time", async ({ expect }) => {
      const { url, token } = impatient.endpoint;
      const patient = impatient.tier({ bulkRedis: createRedis(url, token, 10_000) });
      const large = new Map([
        ["large", JSON.stringify(aFlagDocument("large", 1, { metadata: { x: "x".repeat(1e5) } }))],
      ]);
      impatient.endpoint.setFaults({ latencyMs: 400 });
      expect(await failure(patient.fill("prod", 5, undefined, large))).toBeUndefined();
      expect((await patient.readAll("prod"))?.flags.size).toBe(1);
      for (const call of [
        () => patient.fill("prod", 5, undefined, texts("a")),
        () => patient.read("prod", ["large"]),
        () => patient.readChanges("prod", 1),
        () => patient.publish("prod", [[6, ["a"]]]),
        () => patient.ping(),
      ]) {
        expect(await failure(call())).toBeInstanceOf(TierError);
      }
      impatient.endpoint.setFaults({});
    });
  });
}
