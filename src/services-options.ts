import { createRedis, type Redis } from "./cache/redis/client.ts";
import type { Settings } from "./env.ts";
import { compileFlag } from "./evaluation/compile.ts";
import type { CompiledFlag } from "./evaluation/types.ts";
import { type FlagDocument, SCHEMA_VERSION } from "./flags/document.ts";
import { PART_FLAGS } from "./flags/reading.ts";
import { type Clock, systemClock } from "./ops/clock.ts";
import { consoleLog, type Log } from "./ops/log.ts";
import { type EdgeCache, openEdgeCache } from "./ops/runtime.ts";
import type { StoreDatabase } from "./store/client.ts";
import type { Outbox, PurgeTargets } from "./store/outbox.ts";
import type { FlagReader } from "./store/readings/flag-reader.ts";
import type { WebhookQueues } from "./store/webhooks/queues.ts";

/** Postgres, as the services open it. */
export interface StoreAccess {
  /** Opens the database; for `"large"` writes, with a longer time limit. */
  openDatabase(writes?: "large"): Promise<StoreDatabase>;
  openFlagReader(): Promise<FlagReader>;
  openOutbox(targets: PurgeTargets): Promise<Outbox>;
  openWebhookQueues(): Promise<WebhookQueues>;
}

/** Replacements for runtime services, used by tests and by the simulation. */
export interface ServicesOptions {
  clock?: Clock;
  log?: Log;
  random?: () => number;
  redisTimeoutMs?: number;
  storeTimeoutMs?: number;
  flightBudgetMs?: number;
  headBudgetMs?: number;
  /** Opens the cache of the data centre. */
  openCache?: () => Promise<EdgeCache>;
  /** Returns the worker's own host; `undefined` before the first request. */
  host?: () => string | undefined;
  /** Loads the snapshots that were bundled at deployment: their text by environment. */
  bundledSnapshots?: () => Promise<Readonly<Record<string, string>>>;
  /** The number of flags that one part of a large environment has. */
  partFlags?: number;
  /** The schema version of the documents in Redis. */
  schemaVersion?: number;
  /** Creates a client of Redis whose commands end within `timeoutMs`. */
  createRedis?: (url: string, token: string, timeoutMs: number) => Redis;
  /**
   * Opens Postgres. Its statements end within `storeTimeoutMs`. `onWebhookEvents` is called after a write that has
   * queued events for webhooks.
   */
  createStore?: (onWebhookEvents: () => void) => StoreAccess;
  /** Calls the purge API and the receivers of webhooks. */
  fetch?: typeof fetch;
  compile?: (document: FlagDocument, text?: string) => CompiledFlag;
}

export type Runtime = Required<ServicesOptions>;

/** A command to Redis that takes longer counts as failed (ms). */
const REDIS_TIMEOUT_MS = 150;
/** Postgres wakes up from scale-to-zero within this time (ms). */
const STORE_TIMEOUT_MS = 5000;
/**
 * The part by which a large write may take longer. On a busy database, a project of 10,000 flags takes about as long as
 * the limit of other writes, and a client whose write was rolled back would only send it again.
 */
const LARGE_WRITE_FACTOR = 3;
/** A flight is replaced after this time, longer than both tiers together may take (ms). Exported for the schedules. */
export const FLIGHT_BUDGET_MS = 6500;
/**
 * A request of an isolate that was idle waits at most this long for Redis to confirm the head (ms). Exported for the
 * schedules.
 */
export const HEAD_BUDGET_MS = 500;

/** The defaults, with which the worker runs. */
export function defaultRuntime(settings: Settings, { storeTimeoutMs = STORE_TIMEOUT_MS }: ServicesOptions): Runtime {
  return {
    clock: systemClock,
    log: consoleLog,
    random: Math.random,
    redisTimeoutMs: REDIS_TIMEOUT_MS,
    storeTimeoutMs,
    flightBudgetMs: FLIGHT_BUDGET_MS,
    headBudgetMs: HEAD_BUDGET_MS,
    openCache: () => openEdgeCache(settings.CACHE_PREFIX),
    host: () => undefined,
    bundledSnapshots: async () => (await import("#bundled-snapshot")).bundled,
    partFlags: PART_FLAGS,
    schemaVersion: SCHEMA_VERSION,
    createRedis,
    createStore: (onWebhookEvents) => createStore(settings, storeTimeoutMs, onWebhookEvents),
    fetch: (...args) => fetch(...args),
    compile: compileFlag,
  };
}

/** Opens the store on first use, because its client is the largest module of the worker. */
function createStore(settings: Settings, timeoutMs: number, onWebhookEvents: () => void): StoreAccess {
  const open = async (limitMs: number): Promise<StoreDatabase> => {
    const { createDatabase } = await import("./store/client.ts");
    const { DATABASE_URL, NEON_HTTP_URL: fetchEndpoint } = settings;
    return createDatabase(DATABASE_URL, { timeoutMs: limitMs, fetchEndpoint, onWebhookEvents });
  };
  let database: Promise<StoreDatabase> | undefined;
  const openDatabase = (writes?: "large") =>
    writes === "large" ? open(timeoutMs * LARGE_WRITE_FACTOR) : (database ??= open(timeoutMs));
  return {
    openDatabase,
    async openFlagReader() {
      const [{ createFlagReader }, db] = await Promise.all([import("./store/readings/flag-reader.ts"), openDatabase()]);
      return createFlagReader(db);
    },
    async openOutbox(targets) {
      const [{ createOutbox }, db] = await Promise.all([import("./store/outbox.ts"), openDatabase()]);
      return createOutbox(db, targets);
    },
    async openWebhookQueues() {
      const [{ createWebhookQueues }, db] = await Promise.all([import("./store/webhooks/queues.ts"), openDatabase()]);
      return createWebhookQueues(db);
    },
  };
}
