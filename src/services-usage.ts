/** Constructs the part of the services that sends, moves and reads counts of evaluations. It loads on first use. */
import { RedisUsage } from "./cache/redis/usage/redis-usage.ts";
import { moveUsage } from "./delivery/usage/move-usage.ts";
import type { Settings } from "./env.ts";
import type { FailureLog } from "./ops/failure-log.ts";
import type { Runtime, StoreAccess } from "./services-options.ts";
import { addUsage, createStoreUsage } from "./store/usage/add-usage.ts";
import { keepUsage } from "./store/usage/keep-usage.ts";
import type { CountRow, UsageSink } from "./usage/usage-count.ts";
import type { UsageCounters } from "./usage/usage-counters.ts";
import { UsageFlusher } from "./usage/usage-flusher.ts";
import { writePoints } from "./usage/usage-points.ts";
import type { UsageStats } from "./usage/usage-stats.ts";

export interface UsageParts {
  settings: Settings;
  runtime: Pick<Runtime, "clock" | "log" | "redisTimeoutMs" | "createRedis">;
  /** Whether counts go to Redis first. */
  hasRedis: boolean;
  store: Pick<StoreAccess, "openDatabase">;
  failures: FailureLog;
}

/** Counts of evaluations beyond the isolate's memory. */
export interface UsageServices {
  stats: UsageStats;
  /** Counts that Redis still holds; `undefined` if the deployment has no Redis. */
  redis: RedisUsage | undefined;
  /** Adds a batch where this deployment keeps counts first. */
  openSink(): Promise<UsageSink>;
  /** Sends what an isolate has counted. Does not reject. */
  flush(counters: UsageCounters): Promise<void>;
  /** Moves counts to Postgres, and removes old ones. Does not reject. */
  sweep(): Promise<void>;
}

export function createUsageServices(parts: UsageParts): UsageServices {
  const { settings, runtime, failures } = parts;
  const { CACHE_PREFIX: prefix, ANALYTICS: analytics } = settings;
  const { log } = runtime;
  const { now } = runtime.clock;
  const stats = { flushes: 0, failures: 0, dropped: 0, lost: 0 };
  const redis = parts.hasRedis ? createRedisUsage(settings, runtime) : undefined;
  const points = (counts: readonly CountRow[]) => writePoints(analytics, prefix, counts);
  const openSink = async () => redis ?? createStoreUsage(await parts.store.openDatabase(), points);
  const flusher = new UsageFlusher({
    sink: openSink,
    sender: crypto.randomUUID(),
    now,
    firstMs: settings.USAGE_FLUSH_SECONDS * 1000,
    longestMs: Math.max(settings.USAGE_FLUSH_SECONDS, settings.USAGE_FLUSH_MAX_SECONDS) * 1000,
    stats,
    failures,
    log,
  });
  return {
    stats,
    redis,
    openSink,
    flush: (counters) => flusher.flush(counters),
    async sweep() {
      try {
        // A sweep moves thousands of counts now and then.
        const db = await parts.store.openDatabase("large");
        if (redis !== undefined) {
          const { counts, dropped } = await moveUsage(redis, (id, counts) => addUsage(db, id, counts));
          points(counts);
          if (dropped > 0) log.warn("usage_dropped", { evaluations: dropped });
        }
        await keepUsage(db, now());
        failures.succeeded("usage_sweep");
      } catch (error) {
        failures.failed("usage_sweep", error);
      }
    },
  };
}

/** Nobody waits for these commands, so they may take longer than those of the cache (ms). */
const COMMAND_MS = 2000;
const BULK_MS = 10_000;

function createRedisUsage(settings: Settings, { createRedis, redisTimeoutMs }: UsageParts["runtime"]) {
  const { UPSTASH_REDIS_REST_URL: url = "", UPSTASH_REDIS_REST_TOKEN: token = "", CACHE_PREFIX: prefix } = settings;
  const clientFor = (timeoutMs: number) => createRedis(url, token, Math.max(timeoutMs, redisTimeoutMs));
  return new RedisUsage({ redis: clientFor(COMMAND_MS), bulkRedis: clientFor(BULK_MS), prefix });
}
