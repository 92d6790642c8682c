import { Breaker } from "../../../src/resilience/breaker.ts";
import type { MemoryEnvironment } from "../../../src/cache/memory-environment.ts";
import { MemoryTier } from "../../../src/cache/memory-tier.ts";
import type { Redis } from "../../../src/cache/redis/client.ts";
import { RedisTier } from "../../../src/cache/redis/tier.ts";
import { SCRIPTS } from "../../../src/cache/redis/scripts.ts";
import { SingleFlight } from "../../../src/resilience/single-flight.ts";
import { TieredCache } from "../../../src/cache/tiered-cache.ts";
import { Environments } from "../../../src/delivery/environment.ts";
import { EntryReader } from "../../../src/delivery/entries/entry-reader.ts";
import { EntryStore } from "../../../src/delivery/entries/entry-store.ts";
import { EntryWriter, type LoadAll } from "../../../src/delivery/entries/entry-writer.ts";
import { SharedHeads } from "../../../src/delivery/entries/shared-heads.ts";
import { FlagSource } from "../../../src/delivery/read/flag-source.ts";
import { createRedisHeadCheck, createSharedHeadCheck } from "../../../src/delivery/read/head-check.ts";
import { planEnvironment } from "../../../src/delivery/read/load-plans.ts";
import { Loader } from "../../../src/delivery/read/loader.ts";
import { type OnAhead, Publisher } from "../../../src/delivery/publish/publisher.ts";
import { createCloudflarePurge } from "../../../src/delivery/publish/cloudflare-purge.ts";
import { checkAhead } from "../../../src/delivery/publish/restore-detection.ts";
import { sweepOutbox } from "../../../src/delivery/publish/sweep.ts";
import { Snapshots } from "../../../src/delivery/snapshots/snapshots.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { Log } from "../../../src/ops/log.ts";
import { FLIGHT_BUDGET_MS, HEAD_BUDGET_MS } from "../../../src/services-options.ts";
import type { FlagReader } from "../../../src/store/readings/flag-reader.ts";
import { ENVIRONMENT, type IsolateWorld, PREFIX } from "./isolate-world.ts";
import { isOf, type Write } from "./version-history.ts";

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
    const { schemaVersions = [SCHEMA_VERSION], clocks = [0], losesRedis, restoresStore } = world.options;
    const schemaVersion = schemaVersions[number % schemaVersions.length]!;
    const aheadMs = clocks[number % clocks.length]!;
    const now = aheadMs === 0 ? world.clock.now : () => world.clock.now() + aheadMs;
    this.tiers = createTiers(world, name, { now, schemaVersion });
    const failed = (event: string) => {
      const isExpected =
        (event === "redis_went_back" && losesRedis === true) ||
        (event === "restore_detected" && restoresStore === true);
      if (!isExpected) world.problems.push(`isolate ${name} logs ${event}`);
    };
    this.#log = { info: () => undefined, warn: failed, error: failed };
    const log = this.#log;
    this.source = createSource(world, name, { now, schemaVersion, tiers: this.tiers, log });
    const api = { apiUrl: "https://purge.invalid", zoneId: "zone", token: "token", clock: world.clock };
    const edge = world.hasPurge ? createCloudflarePurge({ ...api, fetch: world.purgeApi(name) }) : undefined;
    const ahead: OnAhead = (environment, head) =>
      checkAhead(
        { environment, head },
        async () => world.outbox(name),
        (publication) => this.publisher.publish(environment, publication, () => undefined),
        log,
      );
    // Without a restore, a later head only means that another write was quicker.
    this.publisher = new Publisher(this.tiers, PREFIX, edge, log, restoresStore === true ? ahead : undefined);
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
      const { memory } = this;
      const own = memory.version === version && memory.tag !== undefined ? store.tagged(memory.tag) : undefined;
      const isTrue = (own ? [own] : store.allAt(version)).some(({ flags }) => isOf(found?.value, flags.get(key)));
      if (!isTrue) wrong("returns a value that differs from the one at its version");
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

  get memory(): MemoryEnvironment<CompiledFlag> {
    return this.tiers.l1.environment(ENVIRONMENT);
  }

  async sweep(): Promise<void> {
    await sweepOutbox(this.#world.outbox(this.name), this.publisher, () => undefined, this.#log);
  }

  wrong(): string | undefined {
    const { memory } = this;
    if (memory.version < this.#seen) return `isolate ${this.name} goes back in version`;
    this.#seen = memory.version;
    if (memory.version === 0) return undefined;
    const { store } = this.#world;
    const state = memory.tag === undefined ? store.at(memory.version) : store.tagged(memory.tag);
    if (state === undefined) return `isolate ${this.name} has a tag that was never drawn`;
    const { flags, index, keys } = state;
    for (const key of memory.heldKeys()) {
      const entry = memory.current(key);
      if (entry && !isOf(entry.value, flags.get(key))) return `isolate ${this.name} holds an old ${key}`;
    }
    if (memory.keys && memory.keys["id"]?.hash !== keys["id"]?.hash) return `isolate ${this.name} holds old SDK keys`;
    return memory.index && memory.index.join() !== index.join() ? `isolate ${this.name} holds an old index` : undefined;
  }
}

interface IsolateParts {
  now: () => number;
  schemaVersion: number;
}

function createTiers(world: IsolateWorld, name: string, parts: IsolateParts): TieredCache<CompiledFlag> {
  const { now, schemaVersion } = parts;
  const random = () => 0.5;
  const redis = { exec: (command: string[]) => world.command(name, command) } as unknown as Redis;
  const l1 = { maxEntries: 100, maxBytes: 1_000_000, ttlMs: 60_000, absentTtlMs: 5000, now, random, sizeOf: () => 1 };
  const parseDocument = (json: unknown) => parseCachedDocument(json, schemaVersion);
  const l2 = { redis, prefix: PREFIX, ttlMs: 900_000, now, schemaVersion, parseDocument };
  return new TieredCache<CompiledFlag>({
    l1: new MemoryTier(l1),
    l2: new RedisTier({ ...l2, scripts: world.options.scripts ?? SCRIPTS }),
    compile: compileFlag,
    documentOf: (flag) => flag.document(),
    versionOf: (flag) => flag.version,
    now,
  });
}

function createSource(
  world: IsolateWorld,
  name: string,
  { now, schemaVersion, tiers, log }: IsolateParts & { tiers: TieredCache<CompiledFlag>; log: Log },
): FlagSource {
  const { keptHeads, keepsEntries = false } = world.options;
  const breaker = { failures: 5, windowMs: 10_000, minOpenMs: 1000, maxOpenMs: 5000, now, random: () => 0.5 };
  // No deadline passes in a schedule: it would be one more step that can happen at any time.
  const clock = { now, sleep: () => new Promise<never>(() => undefined) };
  const flights = new SingleFlight({ clock, budgetMs: FLIGHT_BUDGET_MS });
  const store = new EntryStore(world.entryCache(name, now), PREFIX, schemaVersion);
  const heads = new SharedHeads({ store, flights, clock, hasPurge: world.hasPurge, headCheckMs: 1000 });
  const loader = new Loader({
    tiers,
    entries: keepsEntries ? new EntryReader({ store, heads, tiers, flights, clock, headCheckMs: 1000 }) : undefined,
    reader: () => Promise.resolve(readerOf(world, name)),
    redisBreaker: new Breaker({ ...breaker, name: "Redis" }),
    storeBreaker: new Breaker({ ...breaker, name: "Postgres" }),
    flights,
    log,
    hasRedis: true,
    now,
  });
  const loadAll: LoadAll = (state, scope) => loader.load(state, planEnvironment(state), scope);
  const entries = keepsEntries
    ? { store, writer: new EntryWriter({ store, everyMs: 10_000, loadAll, clock, log }) }
    : undefined;
  const bundled = () => Promise.resolve({});
  return new FlagSource({
    tiers,
    environments: new Environments(tiers.l1),
    loader,
    headCheck: keptHeads === undefined ? createRedisHeadCheck(loader) : createSharedHeadCheck(heads, loader, flights),
    sharedHeads: keptHeads === undefined ? undefined : heads,
    snapshots: entries && new Snapshots({ entries, bundled, compile: compileFlag, schemaVersion, flights, clock, log }),
    clock,
    headBudgetMs: HEAD_BUDGET_MS,
    headCheckMs: 1000,
  });
}

function readerOf(world: IsolateWorld, who: string): FlagReader {
  const read = (flagKeys: readonly string[] | "all", since: number | undefined) =>
    world.io(who, "reads the store", () => world.reading(flagKeys, since));
  return {
    readFlags: (_environment, flagKeys, since) => read(flagKeys, since),
    readEnvironment: (_environment, since) => read("all", since),
  };
}
