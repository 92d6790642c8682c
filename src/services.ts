import { Breaker } from "./resilience/breaker.ts";
import { MemoryTier } from "./cache/memory-tier.ts";
import { createRedis } from "./cache/redis/client.ts";
import { RedisTier } from "./cache/redis/tier.ts";
import { SingleFlight } from "./resilience/single-flight.ts";
import { TieredCache } from "./cache/tiered-cache.ts";
import { Environments } from "./delivery/environment.ts";
import { ChangeWatch } from "./delivery/watch/change-watch.ts";
import { createEdgeHeadStore } from "./delivery/read/edge-head-store.ts";
import { FlagSource } from "./delivery/read/flag-source.ts";
import { createEdgeHeadCheck, createRedisHeadCheck } from "./delivery/read/head-check.ts";
import { planEnvironment } from "./delivery/read/load-plans.ts";
import { Loader } from "./delivery/read/loader.ts";
import { Publisher } from "./delivery/publish/publisher.ts";
import { checkAhead } from "./delivery/publish/restore-detection.ts";
import { createCloudflarePurge } from "./delivery/publish/purge-targets.ts";
import { Snapshots } from "./delivery/snapshots/snapshots.ts";
import { sweepOutbox } from "./delivery/publish/sweep.ts";
import type { Settings } from "./env.ts";
import { compileFlag } from "./evaluation/compile.ts";
import type { CompiledFlag } from "./evaluation/types.ts";
import { parseCachedDocument } from "./flags/cached-document.ts";
import { Authenticator } from "./http/authenticate.ts";
import { createCacheApiEndpointCache } from "./http/evaluation/endpoint-cache.ts";
import { KEEP_ALIVE_MS } from "./http/streams/change-stream.ts";
import { OverrideReader } from "./http/overrides/overrides.ts";
import type { RateLimits } from "./http/limits.ts";
import type { Services } from "./http/services.ts";
import { StreamSlots } from "./http/streams/stream-slots.ts";
import { type Clock, systemClock } from "./ops/clock.ts";
import { FailureLog } from "./ops/failure-log.ts";
import { consoleLog, errorFields, type Log } from "./ops/log.ts";
import { Metrics } from "./ops/metrics.ts";
import { createRateLimit } from "./ops/rate-limit.ts";
import { createRateLimiter } from "./ops/rate-limiter.ts";
import { type EdgeCache, openEdgeCache } from "./ops/runtime.ts";
import type { StoreDatabase } from "./store/client.ts";

/** L2 that takes longer than this is treated as down (ms) … */
const REDIS_TIMEOUT_MS = 150;
/** … and than this where whole environments are moved, which are megabytes. */
const REDIS_BULK_TIMEOUT_MS = 1000;
/** L3 wakes from scale-to-zero within this (ms). */
const STORE_TIMEOUT_MS = 5000;
/** A flight that takes longer than both tiers together may is dead, and is replaced (ms). */
export const FLIGHT_BUDGET_MS = 6500;

/** Five failures within 10 s open a breaker for 1 to 5 s. */
const BREAKER = { failures: 5, windowMs: 10_000, minOpenMs: 1000, maxOpenMs: 5000 };

/** What tests put in the place of the runtime's own. */
export interface ServicesOptions {
  clock?: Clock;
  log?: Log;
  random?: () => number;
  redisTimeoutMs?: number;
  /** The data centre's cache. */
  openCache?: () => Promise<EdgeCache>;
  /** Snapshots that were bundled at deploy: text by environment. */
  bundledSnapshots?: () => Promise<Readonly<Record<string, string>>>;
}

/** The composition root. */
export function createServices(
  settings: Settings,
  {
    clock = systemClock,
    log = consoleLog,
    random = Math.random,
    redisTimeoutMs = REDIS_TIMEOUT_MS,
    openCache = () => openEdgeCache(settings.CACHE_PREFIX),
    bundledSnapshots = async () => (await import("#bundled-snapshot")).bundled,
  }: ServicesOptions = {},
): Services {
  const prefix = settings.CACHE_PREFIX;
  const l1 = new MemoryTier<CompiledFlag>({
    maxEntries: settings.CACHE_L1_MAX_ENTRIES,
    maxBytes: settings.CACHE_L1_MAX_BYTES,
    ttlMs: settings.CACHE_ENABLED ? settings.CACHE_L1_TTL_SECONDS * 1000 : 0,
    absentTtlMs: settings.CACHE_ENABLED ? settings.CACHE_ABSENT_TTL_SECONDS * 1000 : 0,
    now: clock.now,
    random,
    sizeOf: (key, flag, chars) => key.length + (flag === null ? 0 : documentBytes(flag, chars)),
  });
  const l2 = redisTier(settings, clock.now, redisTimeoutMs);
  const tiers = new TieredCache<CompiledFlag>({
    l1,
    l2,
    compile: compileFlag,
    documentOf: (flag) => flag.document,
    now: clock.now,
  });
  const environments = new Environments(l1);
  const breaker = (name: string): Breaker => {
    const onChange = (state: "open" | "closed") =>
      state === "open" ? log.warn("breaker_opened", { target: name }) : log.info("breaker_closed", { target: name });
    return new Breaker({ ...BREAKER, name, now: clock.now, random, onChange });
  };
  const redisBreaker = breaker("Redis");
  const storeBreaker = breaker("Postgres");
  const metrics = new Metrics(settings.ANALYTICS, prefix);
  const failures = new FailureLog(log, clock.now);

  let isolateId: string | undefined;
  let database: Promise<StoreDatabase> | undefined;
  const openDatabase = () =>
    (database ??= import("./store/client.ts").then(({ createDatabase }) =>
      createDatabase(settings.DATABASE_URL, {
        timeoutMs: STORE_TIMEOUT_MS,
        ...(settings.NEON_HTTP_URL === undefined ? {} : { fetchEndpoint: settings.NEON_HTTP_URL }),
      }),
    ));
  const flights = new SingleFlight({ clock, budgetMs: FLIGHT_BUDGET_MS });
  const loader = new Loader({
    tiers,
    hasRedis: l2 !== undefined,
    reader: async () => {
      const [{ createFlagReader }, db] = await Promise.all([import("./store/readings/flag-reader.ts"), openDatabase()]);
      return createFlagReader(db);
    },
    redisBreaker,
    storeBreaker,
    flights,
    log,
    onRead: (tier, outcome) => void metrics.reads[tier][outcome]++,
    now: clock.now,
  });
  const snapshots = new Snapshots({
    open: settings.CACHE_SNAPSHOT_SECONDS === 0 ? undefined : openCache,
    prefix,
    everySeconds: settings.CACHE_SNAPSHOT_SECONDS,
    bundled: bundledSnapshots,
    loadAll: (state, scope) => loader.load(state, planEnvironment(state), scope),
    compile: compileFlag,
    flights,
    clock,
    log,
  });

  const { CF_ZONE_ID: zoneId, CF_PURGE_TOKEN: token } = settings;
  const edge =
    zoneId !== undefined && token !== undefined
      ? createCloudflarePurge({ apiUrl: settings.CF_API_URL, zoneId, token, clock, fetch: (...args) => fetch(...args) })
      : undefined;
  const headCheck =
    edge === undefined
      ? createRedisHeadCheck(loader)
      : createEdgeHeadCheck(createEdgeHeadStore(prefix, openCache), loader, flights, clock.now);
  const openOutbox = async () => {
    const [{ createOutbox }, db] = await Promise.all([import("./store/outbox.ts"), openDatabase()]);
    return createOutbox(db);
  };
  const publisher: Publisher = new Publisher(tiers, prefix, edge, log, (environment, head, waitUntil) =>
    checkAhead({ environment, head }, openOutbox, (written) => publisher.publish(environment, written, waitUntil), log),
  );
  const limits = rateLimits(settings, clock.now, log);
  const secrets = [settings.KEY_SECRET, settings.KEY_SECRET_PREVIOUS].filter((value) => value !== undefined);

  return {
    settings,
    prefix,
    isolateId: () => (isolateId ??= crypto.randomUUID().slice(0, 8)),
    tiers,
    publisher,
    edgePurge: edge,
    redisBreaker: l2 === undefined ? undefined : redisBreaker,
    storeBreaker,
    endpointCache: edge === undefined ? undefined : createCacheApiEndpointCache(prefix, openCache),
    endpointTtlSeconds: settings.CACHE_ENABLED ? settings.CACHE_ENDPOINT_TTL_SECONDS : 0,
    streams: !settings.STREAMS_ENABLED
      ? undefined
      : {
          feed: new ChangeWatch({
            environments,
            loader,
            headCheck,
            headCheckMs: settings.CACHE_HEAD_CHECK_MS,
            clock,
            random,
          }),
          // A stream writes at least that often, unless its client does not read.
          slots: new StreamSlots(settings.STREAMS_MAX, 3 * KEEP_ALIVE_MS, clock.now),
          lifetimeMs: settings.STREAM_LIFETIME_SECONDS * 1000,
          clock,
          random,
        },
    log,
    source: new FlagSource({
      tiers,
      environments,
      loader,
      headCheck,
      snapshots: settings.CACHE_ENABLED ? snapshots : undefined,
      clock,
      headCheckMs: settings.CACHE_ENABLED ? settings.CACHE_HEAD_CHECK_MS : 0,
      mayLookAhead: createRateLimit(settings.AHEAD_PER_SECOND, clock.now),
      mayLoadUnknown: createRateLimit(settings.UNKNOWN_FLAGS_PER_SECOND, clock.now),
      keyCheckMs: settings.KEY_CHECKS_PER_SECOND === 0 ? 0 : 1000 / settings.KEY_CHECKS_PER_SECOND,
    }),
    authenticator: new Authenticator(secrets, limits),
    overrides: new OverrideReader(secrets),
    now: clock.now,
    random,
    limits,
    metrics,
    failures,
    database: openDatabase,
    async sweep(waitUntil) {
      return sweepOutbox(await openOutbox(), publisher, waitUntil, log);
    },
    logFailure(error, requestId) {
      // What is out of reach is told once; what is broken, each time, because the answer names only its id.
      if (error.status === 503) failures.failed("request", error.cause ?? error, { requestId, status: error.status });
      else log.error("request_failed", { requestId, status: error.status, ...errorFields(error.cause ?? error) });
    },
  };
}

function rateLimits(settings: Settings, now: () => number, log: Log): RateLimits {
  const common = { now, log };
  return {
    unknownKeys: createRateLimiter({
      ...common,
      name: "unknown keys",
      binding: settings.LIMIT_UNKNOWN_KEYS,
      perSecond: settings.UNKNOWN_KEYS_PER_SECOND,
    }),
    noCache: createRateLimiter({
      ...common,
      name: "no-cache",
      binding: settings.LIMIT_NO_CACHE,
      perSecond: settings.NO_CACHE_PER_SECOND,
    }),
    writes: createRateLimiter({
      ...common,
      name: "writes",
      binding: settings.LIMIT_WRITES,
      perSecond: settings.WRITES_PER_SECOND,
    }),
  };
}

function redisTier(settings: Settings, now: () => number, timeoutMs: number): RedisTier | undefined {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings;
  if (!settings.CACHE_ENABLED || settings.CACHE_L2_TTL_SECONDS === 0 || url === undefined || token === undefined)
    return undefined;
  return new RedisTier({
    redis: createRedis(url, token, timeoutMs),
    bulkRedis: createRedis(url, token, Math.max(timeoutMs, REDIS_BULK_TIMEOUT_MS)),
    prefix: settings.CACHE_PREFIX,
    ttlMs: settings.CACHE_L2_TTL_SECONDS * 1000,
    now,
    parseDocument: parseCachedDocument,
  });
}

/** Compiled form and document together take about this many times the document's JSON: `npm run bench:memory`. */
const BYTES_PER_JSON_CHARACTER = 7;

function documentBytes(flag: CompiledFlag, chars = JSON.stringify(flag.document).length): number {
  return chars * BYTES_PER_JSON_CHARACTER;
}
