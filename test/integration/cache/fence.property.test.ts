import fc from "fast-check";
import { afterAll, beforeAll, describe, type ExpectStatic, test } from "vitest";
import { parseHead } from "../../../src/cache/redis/head-text.ts";
import { pairsOf } from "../../../src/cache/redis/reading-text.ts";
import { RedisTier, type RedisTierOptions } from "../../../src/cache/redis/tier.ts";
import { FENCE, SCRIPTS } from "../../../src/cache/redis/scripts.ts";
import type { TieredCache } from "../../../src/cache/tiered-cache.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { INDEX_FIELD, KEYS_FIELD } from "../../../src/flags/changes.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { freshPrefix, REDIS_BACKENDS, startTestRedis, type TestRedis } from "../../support/backends/redis-backends.ts";
import { anIsolate, type Compiled } from "../../support/cache/tiered-cache.ts";
import { VersionHistory } from "../../support/schedules/version-history.ts";

const ENVIRONMENT = "prod";
const FLAGS = ["a", "b", "c", "d"];
const ISOLATES = 3;

/** A tier that writes to the primary and reads from a replica, which is as old as the last copy. */
class ReplicatedTier extends RedisTier {
  readonly #replica: RedisTier;

  constructor(options: RedisTierOptions, replica: RedisTier) {
    super(options);
    this.#replica = replica;
  }

  override read(environment: string, fields: readonly string[]): Promise<Reading | undefined> {
    return this.#replica.read(environment, fields);
  }

  override readAll(environment: string): Promise<Reading | undefined> {
    return this.#replica.readAll(environment);
  }

  override readChanges(
    environment: string,
    since: number,
    isWanted?: (flagKey: string) => boolean,
    tag?: string,
  ): Promise<Reading | undefined> {
    return this.#replica.readChanges(environment, since, isWanted, tag);
  }
}

const WRITES = ["update", "update", "toggle", "keys", "all", "nothing"] as const;
/** One step of the world. Numbers choose among the things that exist at that time. */
const isolate = fc.nat(ISOLATES - 1);
const flag = fc.constantFrom(...FLAGS);
const someFlags = fc.oneof(fc.subarray(FLAGS, { minLength: 1 }), fc.constant("all" as const));
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("write" as const), flag, kind: fc.constantFrom(...WRITES) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("read" as const), isolate, flags: someFlags, since: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), pick: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("fill" as const), pick: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("publish" as const), isolate, from: fc.nat(), to: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sync" as const), isolate }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fetch" as const), isolate, flags: someFlags }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("replicate" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const), isolate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("invalidate" as const), isolate, flag }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The store, the primary, the replica and the isolates, with their unfinished readings and fills. */
class World {
  readonly store = new VersionHistory();
  readonly #redis: TestRedis;
  readonly #primary: string;
  readonly #replica: string;
  readonly #isolates: TieredCache<Compiled>[];
  readonly #readings: { isolate: TieredCache<Compiled>; reading: Reading }[] = [];
  readonly #fills: (() => Promise<boolean>)[] = [];
  readonly #seen: number[] = Array.from({ length: ISOLATES }, () => 0);

  constructor(redis: TestRedis, scripts = SCRIPTS) {
    this.#redis = redis;
    const prefix = freshPrefix();
    const options = {
      redis: redis.client,
      ttlMs: 900_000,
      now: redis.clock.now,
      parseDocument: parseCachedDocument,
      scripts,
    };
    const [primary, replica] = [`${prefix}-primary`, `${prefix}-replica`];
    this.#primary = `${primary}:feature_flag:${ENVIRONMENT}`;
    this.#replica = `${replica}:feature_flag:${ENVIRONMENT}`;
    const l2 = () =>
      new ReplicatedTier({ ...options, prefix: primary }, new RedisTier({ ...options, prefix: replica }));
    this.#isolates = Array.from({ length: ISOLATES }, () => anIsolate(l2(), redis.clock));
  }

  async run(next: Step): Promise<void> {
    switch (next.do) {
      case "write":
        return this.store.write(next.kind, next.flag);
      case "read": {
        const reader = this.#isolate(next.isolate);
        const known = reader.l1.environment(ENVIRONMENT).version;
        const reading = this.store.read(next.flags, next.since && known > 0 ? known : undefined);
        return void this.#readings.push({ isolate: reader, reading });
      }
      case "accept": {
        const [due] = this.#readings.splice(next.pick % Math.max(1, this.#readings.length), 1);
        return due && void this.#fills.push(due.isolate.accept(ENVIRONMENT, due.reading));
      }
      case "fill": {
        const [fill] = this.#fills.splice(next.pick % Math.max(1, this.#fills.length), 1);
        return void (await fill?.());
      }
      case "publish": {
        const to = 1 + (next.to % this.store.version);
        const changes = this.store.changes(next.from % to, to);
        return void (await this.#isolate(next.isolate).publish(ENVIRONMENT, changes, this.store.tagOf(to)));
      }
      case "sync":
        return void (await this.#isolate(next.isolate).checkHead(ENVIRONMENT));
      case "fetch":
        if (next.flags === "all") return void (await this.#isolate(next.isolate).fetchAll(ENVIRONMENT));
        return void (await this.#isolate(next.isolate).fetch(ENVIRONMENT, next.flags));
      case "replicate":
        return this.replicate();
      case "flush":
        return void (await this.#redis.endpoint.command("DEL", this.#primary));
      case "clear":
        return this.#isolate(next.isolate).clear(ENVIRONMENT);
      case "invalidate":
        return this.#isolate(next.isolate).invalidate(ENVIRONMENT, next.flag);
    }
  }

  async replicate(): Promise<void> {
    const fields = await this.#redis.endpoint.command<string[]>("HGETALL", this.#primary);
    await this.#redis.endpoint.command("DEL", this.#replica);
    if (fields.length > 0) await this.#redis.endpoint.command("HSET", this.#replica, ...fields);
  }

  /** Fails if the hash differs from the store at its head, or an isolate from the store at its version. */
  async check(expect: ExpectStatic): Promise<void> {
    const fields = pairsOf(await this.#redis.endpoint.command<string[]>("HGETALL", this.#primary)) ?? new Map();
    const head = parseHead(fields.get("@head") ?? "", fields.get("@tag"));
    expect(head === undefined ? fields.size : 0, "fields without a head").toBe(0);
    if (head) {
      expect(head.tag, `tag in L2 at ${head.version}`).toBe(this.store.tagOf(head.version));
      const { flags, index, keys } = this.store.at(head.version);
      const truth: Record<string, unknown> = { ...Object.fromEntries(flags), [INDEX_FIELD]: index, [KEYS_FIELD]: keys };
      for (const [field, text] of fields) {
        if (field !== "@head" && field !== "@tag")
          expect(JSON.parse(text), `${field} in L2 at ${head.version}`).toEqual(truth[field]);
      }
    }
    for (const [i, { l1 }] of this.#isolates.entries()) {
      const held = l1.environment(ENVIRONMENT);
      expect(held.version, `isolate ${i} goes back`).toBeGreaterThanOrEqual(this.#seen[i] ?? 0);
      this.#seen[i] = held.version;
      if (held.version > 0) expect(held.tag, `tag of isolate ${i}`).toBe(this.store.tagOf(held.version));
      const { flags, index, keys } = this.store.at(held.version);
      for (const key of FLAGS) {
        const entry = held.current(key);
        if (entry) expect(entry.value?.document, `${key} in isolate ${i} at ${held.version}`).toEqual(flags.get(key));
      }
      if (held.keys) expect(held.keys, `keys in isolate ${i}`).toEqual(keys);
      if (held.index) expect(held.index, `index in isolate ${i}`).toEqual(index);
    }
  }

  /** Publishes and copies everything. Every isolate must then find the newest contents. */
  async settle(expect: ExpectStatic): Promise<void> {
    const { version } = this.store;
    const changes = this.store.changes(0, version);
    await this.#isolate(0).publish(ENVIRONMENT, changes, this.store.tagOf(this.store.version));
    await this.replicate();
    for (const reader of this.#isolates) {
      await reader.checkHead(ENVIRONMENT);
      await reader.fetchAll(ENVIRONMENT);
      expect(reader.l1.environment(ENVIRONMENT).version).toBe(version);
    }
    await this.check(expect);
  }

  #isolate(i: number): TieredCache<Compiled> {
    const found = this.#isolates[i];
    if (!found) throw new RangeError(`there is no isolate ${i}`);
    return found;
  }
}

for (const { name, redisUrl } of REDIS_BACKENDS) {
  describe(`fences on ${name}`, () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startTestRedis(redisUrl);
    });
    afterAll(() => redis.endpoint.close());

    const steps = fc.array(step, { minLength: 1, maxLength: 40, size: "max" });

    test("no order of reads, writes, fills, purges and losses leaves an old value", async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          const world = new World(redis);
          for (const next of taken) {
            await world.run(next);
            await world.check(expect);
          }
          await world.settle(expect);
        }),
        { numRuns: Number(process.env["FENCE_RUNS"] ?? 60) },
      );
    });

    test("without the fence, some order does", async ({ expect }) => {
      const advance = SCRIPTS.advance.replace(FENCE, "");
      expect(advance).not.toBe(SCRIPTS.advance);
      const outcome = await fc.check(
        fc.asyncProperty(steps, async (taken) => {
          const world = new World(redis, { ...SCRIPTS, advance });
          for (const next of taken) {
            await world.run(next);
            await world.check(expect);
          }
        }),
        { numRuns: 500, endOnFailure: true },
      );
      expect(outcome.failed).toBe(true);
      expect(String(outcome.errorInstance)).toMatch(/in L2 at|in isolate/);
    });
  });
}
