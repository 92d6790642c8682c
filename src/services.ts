import { Breaker } from "./resilience/breaker.ts";
import { isRedisOutage } from "./cache/redis/refusals.ts";
import { SingleFlight } from "./resilience/single-flight.ts";
import type { TieredCache } from "./cache/tiered-cache.ts";
import { Environments } from "./delivery/environment.ts";
import type { ChangeWatch } from "./delivery/watch/change-watch.ts";
import { createEntryCache, type EntryCache } from "./delivery/entries/entry-cache.ts";
import { EntryReader } from "./delivery/entries/entry-reader.ts";
import { EntryStore } from "./delivery/entries/entry-store.ts";
import { EntryWriter, type LoadAll } from "./delivery/entries/entry-writer.ts";
import { SharedHeads } from "./delivery/entries/shared-heads.ts";
import { FlagSource } from "./delivery/read/flag-source.ts";
import { createRedisHeadCheck, createSharedHeadCheck, type HeadCheck } from "./delivery/read/head-check.ts";
import { planEnvironment } from "./delivery/read/load-plans.ts";
import { Loader } from "./delivery/read/loader.ts";
import { type Publication, Publisher } from "./delivery/publish/publisher.ts";
import type { EdgePurge } from "./delivery/publish/purge-targets.ts";
import { Snapshots } from "./delivery/snapshots/snapshots.ts";
import { targetIdsOf } from "./delivery/publish/target-ids.ts";
import { missingSettings, secretsOf, type Settings } from "./env.ts";
import type { CompiledFlag } from "./evaluation/types.ts";
import { Authenticator } from "./http/authenticate.ts";
import { createEndpointCache } from "./http/evaluation/endpoint-cache.ts";
import { logFailure } from "./http/log-failure.ts";
import { OverrideReader } from "./http/overrides/overrides.ts";
import { createRateLimits } from "./http/limits.ts";
import type { Services, StreamServices } from "./http/services.ts";
import { KEEP_ALIVE_MS, StreamSlots } from "./http/streams/stream-slots.ts";
import type { UsageParts, UsageServices } from "./services-usage.ts";
import { UsageCounters } from "./usage/usage-counters.ts";
import { FailureLog } from "./ops/failure-log.ts";
import { redactingLog } from "./ops/log.ts";
import { Metrics } from "./ops/metrics.ts";
import { createCallerRateLimit } from "./ops/rate-limit.ts";
import { createRedact } from "./ops/redact.ts";
import { createWebhooks } from "./services-webhooks.ts";
import type { Outbox } from "./store/outbox.ts";
import { createTiers } from "./services-tiers.ts";
import { defaultRuntime, type Runtime, type ServicesOptions, type StoreAccess } from "./services-options.ts";

/** Five failures within 10 s open a breaker for 1 to 5 s. */
const BREAKER = { failures: 5, windowMs: 10_000, minOpenMs: 1000, maxOpenMs: 5000 };

// Evaluation needs none of these, so a cold isolate does without them.
const loadPurge = () => import("./delivery/publish/cloudflare-purge.ts");
const loadSweep = () => import("./delivery/publish/sweep.ts");
const loadRestoreDetection = () => import("./delivery/publish/restore-detection.ts");
const loadUsage = () => import("./services-usage.ts");
const loadChangeWatch = () => import("./delivery/watch/change-watch.ts");

/** The composition root: constructs everything that lives as long as the isolate. */
export function createServices(settings: Settings, options: ServicesOptions = {}): Services {
  const given: Runtime = { ...defaultRuntime(settings, options), ...options };
  const runtime: Runtime = { ...given, log: redactingLog(given.log, createRedact(secretsOf(settings))) };
  const { clock, log, random } = runtime;
  const prefix = settings.CACHE_PREFIX;
  const tiers = createTiers(settings, runtime);
  const redisBreaker = createBreaker("Redis", runtime, isRedisOutage);
  const storeBreaker = createBreaker("Postgres", runtime);
  const metrics = new Metrics(settings.ANALYTICS, prefix);
  const failures = new FailureLog(log, clock.now);
  const webhookEvents = { isDue: false };
  const store = runtime.createStore(() => void (webhookEvents.isDue = true));
  const webhooks = createWebhooks(settings, runtime, store, webhookEvents);
  const edgePurge = createEdgePurge(settings, runtime);
  const hasPurge = edgePurge !== undefined;
  const { entryCache, ...delivery } = createDelivery(settings, runtime, {
    tiers,
    store,
    metrics,
    redisBreaker,
    storeBreaker,
    hasPurge,
  });
  const publisher: Publisher = new Publisher(tiers, prefix, edgePurge, log, async (environment, head, waitUntil) => {
    const publish = (publication: Publication) => publisher.publish(environment, publication, waitUntil);
    return (await loadRestoreDetection()).checkAhead({ environment, head }, openOutbox, publish, log);
  });
  const openOutbox = async () =>
    store.openOutbox(await targetIdsOf(settings, { hasRedis: tiers.l2 !== undefined, hasEdge: hasPurge }));
  const { sweepUsage, ...counting } = createCounting({
    settings,
    runtime,
    hasRedis: tiers.l2 !== undefined,
    store,
    failures,
  });
  const limits = createRateLimits(settings, clock.now, log);
  const secrets = [settings.KEY_SECRET, settings.KEY_SECRET_PREVIOUS].filter((value) => value !== undefined);
  let isolateId: string | undefined;
  for (const { setting, neededBy } of missingSettings(settings)) log.warn("misconfigured", { setting, neededBy });

  return {
    settings,
    prefix,
    isolateId: () => (isolateId ??= crypto.randomUUID().slice(0, 8)),
    tiers,
    publisher,
    edgePurge,
    redisBreaker: tiers.l2 && redisBreaker,
    storeBreaker,
    endpointCache: hasPurge && entryCache !== undefined ? createEndpointCache(entryCache) : undefined,
    endpointTtlSeconds: settings.CACHE_ENABLED ? settings.CACHE_ENDPOINT_TTL_SECONDS : 0,
    streams: settings.STREAMS_ENABLED ? createStreams(settings, runtime, delivery) : undefined,
    log,
    source: createFlagSource(settings, runtime, delivery),
    authenticator: new Authenticator(secrets, limits),
    overrides: new OverrideReader(secrets),
    clock,
    now: clock.now,
    random,
    limits,
    metrics,
    failures,
    database: store.openDatabase,
    webhooks,
    ...counting,
    sweep: createSweep({ openOutbox, publisher, webhooks, sweepUsage, log }),
    logFailure: (error, requestId) => logFailure(error, requestId, failures, log),
  };
}

function createSweep({ openOutbox, publisher, webhooks, sweepUsage, log }: SweepParts): Services["sweep"] {
  return async (waitUntil) => {
    const { sweepOutbox } = await loadSweep();
    const swept = await sweepOutbox(await openOutbox(), publisher, waitUntil, log).finally(sweepUsage);
    if (swept.hasWebhooks) await webhooks.sweep();
    return swept;
  };
}

interface SweepParts extends Pick<Services, "publisher" | "webhooks" | "log"> {
  openOutbox: () => Promise<Outbox>;
  /** Does not reject. */
  sweepUsage: () => Promise<void>;
}

/** Connects the counts of evaluations in this isolate with those beyond its memory. */
function createCounting(parts: UsageParts): Pick<Services, "usage" | "openUsage"> & { sweepUsage(): Promise<void> } {
  let services: UsageServices | undefined;
  // Each request imports for itself, because one that is cancelled must not hold up the others.
  const openUsage = async () => {
    const { createUsageServices } = await loadUsage();
    return (services ??= createUsageServices(parts));
  };
  const usage = new UsageCounters({
    clock: parts.runtime.clock,
    firstMs: parts.settings.USAGE_FLUSH_SECONDS * 1000,
    flush: async (counters) => (await openUsage()).flush(counters),
  });
  return { usage, openUsage, sweepUsage: async () => (usage.isOn ? (await openUsage()).sweep() : undefined) };
}

/** Connects what reads flags from the data centre, Redis and Postgres. */
function createDelivery(
  settings: Settings,
  runtime: Runtime,
  { tiers, store, metrics, redisBreaker, storeBreaker, hasPurge }: DeliveryParts,
): Delivery & Pick<Entries, "entryCache"> {
  const { clock, log } = runtime;
  const flights = new SingleFlight({ clock, budgetMs: runtime.flightBudgetMs });
  const { entries, ...shared } = createEntries(settings, runtime, { tiers, flights, hasPurge });
  const loader = new Loader({
    tiers,
    entries,
    hasRedis: tiers.l2 !== undefined,
    partFlags: runtime.partFlags,
    reader: store.openFlagReader,
    redisBreaker,
    storeBreaker,
    flights,
    log,
    onRead: (tier, outcome) => void metrics.reads[tier][outcome]++,
    now: clock.now,
  });
  const { sharedHeads } = shared;
  const headCheck =
    sharedHeads === undefined ? createRedisHeadCheck(loader) : createSharedHeadCheck(sharedHeads, loader, flights);
  return { tiers, environments: new Environments(tiers.l1), loader, flights, headCheck, ...shared };
}

interface DeliveryParts {
  tiers: TieredCache<CompiledFlag>;
  store: StoreAccess;
  metrics: Metrics;
  redisBreaker: Breaker;
  storeBreaker: Breaker;
  hasPurge: boolean;
}

/** The parts from which the services that deliver flags are made. */
interface Delivery {
  tiers: TieredCache<CompiledFlag>;
  environments: Environments;
  loader: Loader;
  flights: SingleFlight;
  headCheck: HeadCheck;
  sharedHeads?: SharedHeads;
  entryStore?: EntryStore;
}

/** The parts that isolates of one data centre share: none if caches are off, and no environments if entries are. */
interface Entries {
  entryCache?: EntryCache;
  sharedHeads?: SharedHeads;
  entryStore?: EntryStore;
  entries?: EntryReader;
}

function createBreaker(
  name: string,
  { clock, log, random }: Runtime,
  isFailure: (error: unknown) => boolean = () => true,
): Breaker {
  const onChange = (state: "open" | "closed") =>
    state === "open" ? log.warn("breaker_opened", { target: name }) : log.info("breaker_closed", { target: name });
  return new Breaker({ ...BREAKER, name, now: clock.now, random, isFailure, onChange });
}

function createEdgePurge(settings: Settings, { clock, fetch }: Runtime): EdgePurge | undefined {
  const { CF_API_URL: apiUrl, CF_ZONE_ID: zoneId, CF_PURGE_TOKEN: token } = settings;
  if (zoneId === undefined || token === undefined) return undefined;
  let purge: EdgePurge | undefined;
  return {
    async purge(...what) {
      const { createCloudflarePurge } = await loadPurge();
      purge ??= createCloudflarePurge({ apiUrl, zoneId, token, clock, fetch });
      await purge.purge(...what);
    },
  };
}

function createFlagSource(settings: Settings, runtime: Runtime, delivery: Delivery): FlagSource {
  const { clock, headBudgetMs } = runtime;
  return new FlagSource({
    ...delivery,
    snapshots: settings.CACHE_ENABLED ? createSnapshots(settings, runtime, delivery) : undefined,
    clock,
    headBudgetMs,
    headCheckMs: settings.CACHE_ENABLED ? settings.CACHE_HEAD_CHECK_MS : 0,
    mayLookAhead: createCallerRateLimit(settings.AHEAD_PER_SECOND, clock.now),
    mayLoadUnknown: createCallerRateLimit(settings.UNKNOWN_FLAGS_PER_SECOND, clock.now),
    keyCheckMs: settings.KEY_CHECKS_PER_SECOND === 0 ? 0 : 1000 / settings.KEY_CHECKS_PER_SECOND,
  });
}

function createSnapshots(
  settings: Settings,
  { bundledSnapshots, compile, schemaVersion, clock, log }: Runtime,
  { loader, flights, entryStore: store }: Delivery,
): Snapshots {
  const everyMs = settings.CACHE_ENTRY_SECONDS * 1000;
  const loadAll: LoadAll = (state, scope) => loader.load(state, planEnvironment(state), scope);
  const entries = store && { store, writer: new EntryWriter({ store, everyMs, loadAll, clock, log }) };
  return new Snapshots({ entries, bundled: bundledSnapshots, compile, schemaVersion, flights, clock, log });
}

function createEntries(
  settings: Settings,
  { openCache: open, host, clock, schemaVersion, partFlags }: Runtime,
  { tiers, flights, hasPurge }: Pick<Delivery, "tiers" | "flights"> & { hasPurge: boolean },
): Entries {
  const { CACHE_PREFIX: prefix, KEY_SECRET: secret, CACHE_HEAD_CHECK_MS: headCheckMs } = settings;
  if (!settings.CACHE_ENABLED) return {};
  const entryCache = createEntryCache({ prefix, secret, host: () => settings.CACHE_HOST ?? host(), open });
  const store = new EntryStore(entryCache, prefix, schemaVersion);
  const sharedHeads = new SharedHeads({ store, flights, clock, hasPurge, headCheckMs });
  if (settings.CACHE_ENTRY_SECONDS === 0) return { entryCache, sharedHeads };
  const entries = new EntryReader({ store, heads: sharedHeads, tiers, flights, clock, headCheckMs, partFlags });
  return { entryCache, sharedHeads, entryStore: store, entries };
}

function createStreams(settings: Settings, { clock, random }: Runtime, delivery: Delivery): StreamServices {
  let watch: ChangeWatch | undefined;
  return {
    async openFeed() {
      const { ChangeWatch } = await loadChangeWatch();
      return (watch ??= new ChangeWatch({ ...delivery, headCheckMs: settings.CACHE_HEAD_CHECK_MS, clock, random }));
    },
    // A stream writes at least once per KEEP_ALIVE_MS, unless its client has stopped reading.
    slots: new StreamSlots(settings.STREAMS_MAX, 3 * KEEP_ALIVE_MS, clock.now),
    lifetimeMs: settings.STREAM_LIFETIME_SECONDS * 1000,
    clock,
    random,
  };
}
