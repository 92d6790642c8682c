import type { CacheStats } from "../../../cache/flag-cache.ts";
import { errorFields } from "../../../ops/log.ts";
import type { TierOutcome } from "../../../ops/metrics.ts";
import type { Services } from "../../services.ts";
import { createOutbox } from "../../../store/outbox.ts";

/** A tier's stats; `error` when it could not be measured, `null` where the worker has no such tier. */
type Measured = CacheStats | { error: string } | null;

export interface CacheReport {
  /** Counts are of one isolate. */
  scope: "isolate";
  /** Tells isolates apart; drawn when this one was first asked. */
  isolate: string;
  /** Where the answer comes from, as Cloudflare says; null: nobody said. */
  dataCentre: string | null;
  environment: string;
  tiers: { l1: CacheStats; l2: Measured };
  /** Both tiers together: a hit is a hit of either. */
  total: CacheStats;
  /** Round trips of evaluations and fills, by how they ended. */
  reads: Record<"l2" | "l3", Record<TierOutcome, number>>;
  breakers: { redis: string | null; store: string };
  head: {
    /** Environment version that this isolate knows; 0: none yet. */
    l1: number;
    /** Of the head in Redis; null: there is none, or it cannot be read. */
    l2: number | null;
    /** Seconds since the version was last confirmed; null: never. */
    checkedSecondsAgo: number | null;
  };
  /** Changes that the sweep has not confirmed yet; null: the store cannot be reached. */
  outbox: { pending: number | null };
}

/** Never throws for a tier that is down: that is what a reader of statistics wants to see. */
export async function cacheStats(
  services: Services,
  environment: string,
  from: Pick<CacheReport, "isolate" | "dataCentre">,
): Promise<CacheReport> {
  const { tiers, redisBreaker, storeBreaker, metrics, now } = services;
  const held = tiers.l1.environment(environment);
  const [l2, l2Head, pending] = await Promise.all([
    measureL2(services),
    tiers.l2?.read(environment, []).then(
      (reading) => reading?.asOf ?? null,
      () => null,
    ) ?? null,
    countPending(services, environment),
  ]);
  return {
    scope: "isolate",
    ...from,
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

async function measureL2({ tiers, log }: Services): Promise<Measured> {
  if (tiers.l2 === undefined) return null;
  try {
    return await tiers.l2.stats();
  } catch (error) {
    log.warn("stats_failed", { target: "redis", ...errorFields(error) });
    return { error: "Redis cannot be reached" };
  }
}

async function countPending(services: Services, environment: string): Promise<number | null> {
  try {
    return (
      (await createOutbox(await services.database()).readUnconfirmed()).pending.get(environment)?.pending.length ?? 0
    );
  } catch (error) {
    services.log.warn("stats_failed", { target: "store", ...errorFields(error) });
    return null;
  }
}
