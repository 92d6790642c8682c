import { Breaker } from "../../../src/resilience/breaker.ts";
import { MemoryTier } from "../../../src/cache/memory-tier.ts";
import type { Redis } from "../../../src/cache/redis/client.ts";
import { RedisTier } from "../../../src/cache/redis/tier.ts";
import { SCRIPTS } from "../../../src/cache/redis/scripts.ts";
import { SingleFlight } from "../../../src/resilience/single-flight.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import { Environments } from "../../../src/delivery/environment.ts";
import { SharedHeads } from "../../../src/delivery/entries/shared-heads.ts";
import { FlagSource } from "../../../src/delivery/read/flag-source.ts";
import { createRedisHeadCheck, createSharedHeadCheck } from "../../../src/delivery/read/head-check.ts";
import { Loader } from "../../../src/delivery/read/loader.ts";
import { Publisher } from "../../../src/delivery/publish/publisher.ts";
import { createCloudflarePurge } from "../../../src/delivery/publish/purge-targets.ts";
import { sweepOutbox } from "../../../src/delivery/publish/sweep.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { Log } from "../../../src/ops/log.ts";
import { FLIGHT_BUDGET_MS } from "../../../src/services-options.ts";
import type { FlagReader } from "../../../src/store/readings/flag-reader.ts";
import type { IsolateWorld } from "./isolate-world.ts";
import type { Write } from "./version-history.ts";

export const ENVIRONMENT = "prod";
export const PREFIX = "burgee";

/** One isolate with the same parts that services.ts connects. */
export class ScheduledIsolate {
  readonly name: string;
  readonly tiers: TieredCache<CompiledFlag>;
  readonly source: FlagSource;
  readonly publisher: Publisher;
  readonly #world: IsolateWorld;
  readonly #log: Log;
  #seen = 0;
  #newestResult = 0;

  constructor(world: IsolateWorld, number: number) {
    const name = String.fromCodePoint(65 + number);
    this.name = name;
    this.#world = world;
    const { clock } = world;
    const { now } = clock;
    const random = () => 0.5;
    const redis = { exec: (command: string[]) => world.command(name, command) } as unknown as Redis;
    const l1 = { maxEntries: 100, maxBytes: 1_000_000, ttlMs: 60_000, absentTtlMs: 5000, now, random, sizeOf: () => 1 };
    const { schemaVersions = [SCHEMA_VERSION] } = world.options;
    const schemaVersion = schemaVersions[number % schemaVersions.length]!;
    const parseDocument = (json: unknown) => parseCachedDocument(json, schemaVersion);
    const l2 = { redis, prefix: PREFIX, ttlMs: 900_000, now, schemaVersion, parseDocument };
    this.tiers = new TieredCache<CompiledFlag>({
      l1: new MemoryTier(l1),
      l2: new RedisTier({ ...l2, scripts: world.options.scripts ?? SCRIPTS }),
      compile: compileFlag,
      documentOf: (flag) => flag.document(),
      versionOf: (flag) => flag.version,
      now,
    });
    const failed = (event: string) => {
      const isExpected = event === "redis_went_back" && world.options.losesRedis === true;
      if (!isExpected) world.problems.push(`isolate ${name} logs ${event}`);
    };
    this.#log = { info: () => undefined, warn: failed, error: failed };
    const breaker = { failures: 5, windowMs: 10_000, minOpenMs: 1000, maxOpenMs: 5000, now, random };
    const environments = new Environments(this.tiers.l1);
    const flights = new SingleFlight({ clock, budgetMs: FLIGHT_BUDGET_MS });
    const loader = new Loader({
      tiers: this.tiers,
      reader: () => Promise.resolve(readerOf(world, name)),
      redisBreaker: new Breaker({ ...breaker, name: "Redis" }),
      storeBreaker: new Breaker({ ...breaker, name: "Postgres" }),
      flights,
      log: this.#log,
      hasRedis: true,
      now,
    });
    const keepsHeads = world.options.keptHeads !== undefined;
    const api = { apiUrl: "https://purge.invalid", zoneId: "zone", token: "token", clock, fetch: world.purgeApi(name) };
    // No deadline passes in a schedule: it would be one more step that can happen at any time.
    const endless = { now, sleep: () => new Promise<never>(() => undefined) };
    const shared = { store: world.keptHeads(name), flights, clock: endless, hasPurge: true, headCheckMs: 1000 };
    const sharedHeads = keepsHeads ? new SharedHeads(shared) : undefined;
    const headCheck =
      sharedHeads === undefined ? createRedisHeadCheck(loader) : createSharedHeadCheck(sharedHeads, loader, flights);
    const source = {
      sharedHeads,
      tiers: this.tiers,
      environments,
      loader,
      headCheck,
      clock: endless,
      headCheckMs: 1000,
    };
    this.source = new FlagSource(source);
    this.publisher = new Publisher(this.tiers, PREFIX, keepsHeads ? createCloudflarePurge(api) : undefined, this.#log);
  }

  /** Evaluates one flag. Returns the version of the result, and adds anything wrong with it to the world's problems. */
  async ask(key: string): Promise<number | undefined> {
    const { problems, store } = this.#world;
    const wrong = (problem: string) => void problems.push(`isolate ${this.name} ${problem}`);
    const floor = this.#world.floor();
    try {
      const found = await this.source.flag({ environment: ENVIRONMENT, scope: { waitUntil: () => undefined } }, key);
      const version = found?.version ?? 0;
      if (found?.isStale === true) wrong("returns a stale result though nothing is down");
      const truth = store.at(version).flags.get(key)?.version;
      if (found?.value?.version !== truth) wrong("returns a value that differs from the one at its version");
      if (version < this.#newestResult) wrong("returns an older version than before");
      if (version < floor) wrong("returns an older version than the contract allows");
      this.#newestResult = Math.max(this.#newestResult, version);
      return version;
    } catch (error) {
      wrong(`fails though nothing is down: ${String(error)}`);
      return undefined;
    }
  }

  /** Writes and purges, as the management API does. A purge can be repeated. */
  async write(key: string, { kind = "update", purges = 1 }: { kind?: Write; purges?: number } = {}): Promise<void> {
    const written = await this.#world.commit(this.name, kind, key);
    for (let i = 0; i < purges; i += 1) {
      const { redis } = await this.publisher.publish(ENVIRONMENT, written, () => undefined);
      if (redis) this.#world.purged.push({ version: written.version, at: this.#world.clock.now() });
    }
  }

  async sweep(): Promise<void> {
    await sweepOutbox(this.#world.outbox(this.name), this.publisher, () => undefined, this.#log);
  }

  wrong(): string | undefined {
    const memory = this.tiers.l1.environment(ENVIRONMENT);
    if (memory.version < this.#seen) return `isolate ${this.name} goes back in version`;
    this.#seen = memory.version;
    if (memory.version === 0) return undefined;
    const { flags, index, keys } = this.#world.store.at(memory.version);
    for (const key of memory.heldKeys()) {
      const entry = memory.current(key);
      const isOld = entry && entry.value?.version !== flags.get(key)?.version;
      if (isOld === true) return `isolate ${this.name} holds an old ${key}`;
    }
    if (memory.keys && memory.keys["id"]?.hash !== keys["id"]?.hash) return `isolate ${this.name} holds old SDK keys`;
    return memory.index && memory.index.join() !== index.join() ? `isolate ${this.name} holds an old index` : undefined;
  }
}

function readerOf(world: IsolateWorld, who: string): FlagReader {
  const read = (flagKeys: readonly string[] | "all", since: number | undefined) =>
    world.io(who, "reads the store", () => world.reading(flagKeys, since));
  return {
    readFlags: (_environment, flagKeys, since) => read(flagKeys, since),
    readEnvironment: (_environment, since) => read("all", since),
  };
}
