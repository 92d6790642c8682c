import { MemoryTier } from "./cache/memory-tier.ts";
import { RedisTier } from "./cache/redis/tier.ts";
import { TieredCache } from "./cache/tiered-cache.ts";
import type { Settings } from "./env.ts";
import { prepareToCompile } from "./evaluation/prepare.ts";
import type { CompiledFlag } from "./evaluation/types.ts";
import { parseCachedDocument } from "./flags/cached-document.ts";
import type { Runtime } from "./services-options.ts";

/**
 * A command that changes something may take this long (ms). It goes to the primary, and across half the Earth and back
 * takes a quarter of a second.
 */
const REDIS_WRITE_TIMEOUT_MS = 500;
/** A command that moves a whole environment, perhaps megabytes, may take this long (ms). */
const REDIS_BULK_TIMEOUT_MS = 1000;

/**
 * More memory than a flag takes, compiled form and text together, per character of its JSON: 1.9 to 2.9 in an isolate
 * (`npm run bench:memory`).
 */
const BYTES_PER_JSON_CHARACTER = 3.5;

/** Constructs the tiers that hold flags: the isolate's memory and, if it is configured, Redis. */
export function createTiers(settings: Settings, runtime: Runtime): TieredCache<CompiledFlag> {
  const { clock, random, compile } = runtime;
  const l1 = new MemoryTier<CompiledFlag>({
    maxEntries: settings.CACHE_L1_MAX_ENTRIES,
    maxBytes: settings.CACHE_L1_MAX_BYTES,
    ttlMs: settings.CACHE_ENABLED ? settings.CACHE_L1_TTL_SECONDS * 1000 : 0,
    absentTtlMs: settings.CACHE_ENABLED ? settings.CACHE_ABSENT_TTL_SECONDS * 1000 : 0,
    now: clock.now,
    random,
    sizeOf: (key, flag) => key.length + Math.ceil((flag?.documentText.length ?? 0) * BYTES_PER_JSON_CHARACTER),
  });
  return new TieredCache<CompiledFlag>({
    l1,
    l2: createRedisTier(settings, runtime),
    compile,
    documentOf: (flag) => flag.document(),
    versionOf: (flag) => flag.version,
    prepare: prepareToCompile,
    now: clock.now,
  });
}

function createRedisTier(settings: Settings, runtime: Runtime): RedisTier | undefined {
  const { clock, redisTimeoutMs: timeoutMs, schemaVersion, createRedis } = runtime;
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings;
  if (!settings.CACHE_ENABLED || settings.CACHE_L2_TTL_SECONDS === 0 || url === undefined || token === undefined)
    return undefined;
  return new RedisTier({
    redis: createRedis(url, token, timeoutMs),
    writeRedis: createRedis(url, token, Math.max(timeoutMs, REDIS_WRITE_TIMEOUT_MS)),
    bulkRedis: createRedis(url, token, Math.max(timeoutMs, REDIS_BULK_TIMEOUT_MS)),
    prefix: settings.CACHE_PREFIX,
    ttlMs: settings.CACHE_L2_TTL_SECONDS * 1000,
    now: clock.now,
    schemaVersion,
    partFlags: runtime.partFlags,
    parseDocument: (json) => parseCachedDocument(json, schemaVersion),
  });
}
