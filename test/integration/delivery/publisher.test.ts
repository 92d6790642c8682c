import { afterAll, beforeAll, describe, test } from "vitest";
import type { Redis } from "../../../src/cache/redis/client.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import { type Publication, Publisher } from "../../../src/delivery/publish/publisher.ts";
import type { EdgePurge } from "../../../src/delivery/publish/purge-targets.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import type { Log } from "../../../src/ops/log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";
import { startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const waitUntil = () => undefined;

/** Creates a client whose Redis rejects commands longer than this. */
const refusingPast = (client: Redis, characters: number): Redis =>
  ({
    exec: (command: string[]) =>
      JSON.stringify(command).length > characters
        ? Promise.reject(new Error("too long"))
        : client.exec(command as never),
  }) as unknown as Redis;

describe("publishing a write", () => {
  let redis: TestRedis;
  const clock = new FakeClock();
  beforeAll(async () => {
    redis = await startTestRedis(undefined);
  });
  afterAll(() => redis.endpoint.close());

  const start = (client: Redis | undefined, edge?: EdgePurge) => {
    const l2 = client && redis.tier({ redis: client });
    const tiers = new TieredCache<CompiledFlag>({
      l1: aMemoryTier<CompiledFlag>({}, clock).tier,
      l2,
      compile: compileFlag,
      documentOf: (flag) => flag.document(),
      versionOf: (flag) => flag.version,
      now: clock.now,
    });
    return { tiers, l2, publisher: new Publisher(tiers, "burgee", edge, silent) };
  };
  const reading = (version: number, note: string) => ({
    asOf: version,
    changes: undefined,
    flags: new Map([["a", aFlagDocument("a", version, { metadata: { note } })]]),
    keys: {},
    index: undefined,
  });
  const write = (version: number, note: string) => ({
    version,
    pending: [[version, ["a"]] as [number, string[]]],
    reading: reading(version, note),
  });

  test("the command that purges carries a small document", async ({ expect }) => {
    const { publisher, l2 } = start(redis.client);
    redis.commands();
    expect(await publisher.publish("prod", write(2, "small"), waitUntil)).toEqual({ redis: true });
    expect(redis.commands()).toEqual({ EVAL: 1 });
    expect((await l2?.get("prod", "a"))?.value).toMatchObject({ version: 2 });
  });

  test("a large document is not carried, and one command still purges it", async ({ expect }) => {
    const { publisher, l2 } = start(redis.client);
    await publisher.publish("prod", write(2, "small"), waitUntil);
    redis.commands();
    expect(await publisher.publish("prod", write(3, "x".repeat(100_000)), waitUntil)).toEqual({ redis: true });
    expect(redis.commands()).toEqual({ EVAL: 1 });
    expect(await l2?.get("prod", "a")).toBeUndefined();
  });

  test("the purge goes without the document if Redis does not accept it", async ({ expect }) => {
    const { publisher, l2 } = start(refusingPast(redis.client, 20_000));
    await publisher.publish("prod", write(2, "small"), waitUntil);
    const published = await publisher.publish("prod", write(3, "x".repeat(50_000)), waitUntil);
    expect(published).toEqual({ redis: true });
    expect(await l2?.get("prod", "a")).toBeUndefined();
    expect((await l2?.read("prod", []))?.asOf).toBe(3);
  });

  test("without Redis, publishing does not claim a purge", async ({ expect }) => {
    const { publisher, tiers } = start(undefined);
    expect(await publisher.publish("prod", write(2, "small"), waitUntil)).toEqual({});
    expect(tiers.l1.environment("prod").version).toBe(2);
    expect(await publisher.publish("prod", { version: 2, pending: [] }, waitUntil)).toEqual({});
  });

  test("several environments are one purge of the data centres, after Redis", async ({ expect }) => {
    const purges: (readonly string[])[] = [];
    const { publisher, l2 } = start(redis.client, {
      async purge(tags) {
        expect((await l2?.read("prod", []))?.asOf).toBe(2);
        purges.push(tags);
      },
    });
    const both = new Map<string, Publication>([
      ["prod", write(2, "small")],
      ["dev", write(7, "small")],
      ["still", { version: 1, pending: [] }],
    ]);
    const published = await publisher.publishAll(both, waitUntil);
    expect([...published]).toEqual([...both.keys()].map((key) => [key, { redis: true, edge: true }]));
    expect(purges).toHaveLength(1);
    expect(purges[0]).toEqual(expect.arrayContaining(["burgee:head:prod", "burgee:head:dev"]));
    expect(purges[0]).not.toContain("burgee:head:still");
  });
});
