import type { CacheStats } from "../../../cache/flag-cache.ts";
import { errorFields } from "../../../ops/log.ts";
import type { TierOutcome } from "../../../ops/metrics.ts";
import { countPending } from "../../../store/outbox.ts";
import type { Services } from "../../services.ts";
import { redisFailureText } from "./redis-failure.ts";

/** The statistics of a tier, an error if it cannot be measured, or `null` if the worker has no such tier. */
type MeasuredTier = CacheStats | { error: string } | null;

export interface CacheReport {
  /** All counts are those of one isolate. */
  scope: "isolate";
  /** The random id of the isolate, which tells it apart from others. */
  isolate: string;
  /** Cloudflare's name of the data centre, or `null` if the request has none. */
  dataCentre: string | null;
  environment: string;
  tiers: { l1: CacheStats; l2: MeasuredTier };
  /** Both tiers together: a hit in either is a hit. */
  total: CacheStats;
  /** Round trips of evaluations and fills, by outcome. */
  reads: Record<"l2" | "l3", Record<TierOutcome, number>>;
  breakers: { redis: string | null; store: string };
  head: {
    /** Version of the environment that this isolate knows, or 0. */
    l1: number;
    /** Version of the head in Redis, or `null` if there is none or it cannot be read. */
    l2: number | null;
    /** Seconds since this isolate last confirmed the version, or `null` if it never has. */
    checkedSecondsAgo: number | null;
  };
  /** Number of changes that the sweep has not confirmed yet, or `null` if the store is unreachable. */
  outbox: { pending: number | null };
}

export type StatsServices = Pick<
  Services,
  "tiers" | "redisBreaker" | "storeBreaker" | "metrics" | "now" | "database" | "log"
>;

/** Measures the tiers. Never throws for a tier that is down, because that is when people read the statistics. */
export async function cacheStats(
  services: StatsServices,
  environment: string,
  origin: Pick<CacheReport, "isolate" | "dataCentre">,
): Promise<CacheReport> {
  const { tiers, redisBreaker, storeBreaker, metrics, now } = services;
  const held = tiers.l1.environment(environment);
  const [l2, l2Head, pending] = await Promise.all([
    measureL2(services),
    tiers.l2?.read(environment, []).then(
      (reading) => reading?.asOf ?? null,
      () => null,
    ) ?? null,
    pendingOf(services, environment),
  ]);
  return {
    scope: "isolate",
    ...origin,
    environment,
    tiers: { l1: tiers.l1.stats(), l2 },
    total: tiers.stats(),
    reads: { l2: { ...metrics.reads.L2 }, l3: { ...metrics.reads.L3 } },
    breakers: { redis: redisBreaker?.state ?? null, store: storeBreaker.state },
    head: {
      l1: held.version,
      l2: l2Head,
      checkedSecondsAgo: held.checkedAt === 0 ? null : Math.max(0, Math.floor((now() - held.checkedAt) / 1000)),
    },
    outbox: { pending },
  };
}

async function measureL2({ tiers, log }: StatsServices): Promise<MeasuredTier> {
  if (tiers.l2 === undefined) return null;
  try {
    return await tiers.l2.stats();
  } catch (error) {
    log.warn("stats_failed", { target: "redis", ...errorFields(error) });
    return { error: redisFailureText(error) };
  }
}

async function pendingOf({ database, log }: StatsServices, environment: string): Promise<number | null> {
  try {
    return await countPending(await database(), environment);
  } catch (error) {
    log.warn("stats_failed", { target: "store", ...errorFields(error) });
    return null;
  }
}
