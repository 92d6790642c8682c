import { type MissingSetting, missingSettings } from "../../env.ts";
import type { Services } from "../services.ts";
import { isWithin } from "../../ops/clock.ts";
import { within } from "../../resilience/deadline.ts";
import { FlightLateError, type FlightScope, SingleFlight } from "../../resilience/single-flight.ts";
import { probeStore } from "../../store/probe.ts";

/** How long a report is reused (ms), so that this open route cannot be used to keep the backends busy. */
const REMEMBER_MS = 2000;
/** A backend that has not responded within this time counts as unreachable (ms). */
const PROBE_MS = 1000;
/** A report that takes longer counts as dead, and is made again (ms). */
const REPORT_BUDGET_MS = 2 * PROBE_MS;

export type ReadinessServices = Pick<
  Services,
  "tiers" | "redisBreaker" | "storeBreaker" | "database" | "clock" | "now" | "failures" | "settings"
>;

export interface TierState {
  state: "ok" | "unreachable" | "not configured" | "misconfigured";
  breaker?: string;
  /** The duration of the probe (ms). */
  latencyMs?: number;
  /** The reason why the store refuses writes; left out if none is known. */
  writesRefused?: string;
}

export interface Readiness {
  /** `degraded`: Redis or Postgres is unreachable, misconfigured or refuses writes. Flags are still served. */
  status: "ok" | "degraded" | "unavailable";
  tiers: { l1: { entries: number; bytes: number }; l2: TierState; l3: TierState };
  /** Settings that are set without the setting that they need; left out if there are none. */
  misconfigured?: MissingSetting[];
}

/**
 * Returns a function that reports the state of the tiers. It asks them at most every two seconds, however many requests
 * come at once, and never throws.
 */
export function createReadiness(services: ReadinessServices): (scope: FlightScope) => Promise<Readiness> {
  const { clock, now } = services;
  const flights = new SingleFlight({ clock, budgetMs: REPORT_BUDGET_MS });
  let last: { report: Readiness; at: number } | undefined;
  const remembered = () => (last !== undefined && isWithin(last.at, REMEMBER_MS, now()) ? last.report : undefined);
  const renew = async (): Promise<Readiness> => {
    // If the shared report had died, the first request to give up on it has probed for the others.
    const justMade = remembered();
    if (justMade !== undefined) return justMade;
    const at = now();
    const report = await probeTiers(services);
    last = { report, at };
    return report;
  };
  return async (scope) => {
    try {
      return remembered() ?? (await flights.run("report", renew, scope));
    } catch (error) {
      if (!(error instanceof FlightLateError)) throw error;
      // The requests that were probing have died, so nothing is known about the backends.
      return reportOf(services, { state: "unreachable" }, { state: "unreachable" });
    }
  };
}

async function probeTiers(services: ReadinessServices): Promise<Readiness> {
  const { l2 } = services.tiers;
  const isHalfSet = missingSettings(services.settings).some(({ setting }) => setting.startsWith("UPSTASH_"));
  const [redis, store] = await Promise.all([
    l2 === undefined
      ? ({ state: isHalfSet ? "misconfigured" : "not configured" } as const)
      : probe(services, "redis", () => l2.ping().then(() => ({}))),
    probe(services, "store", async () => {
      const { writesRefused } = await probeStore(await services.database());
      return writesRefused === undefined ? {} : { writesRefused };
    }),
  ]);
  return reportOf(services, redis, store);
}

function reportOf(
  { tiers, redisBreaker, storeBreaker, settings }: ReadinessServices,
  redis: TierState,
  store: TierState,
): Readiness {
  const missing = missingSettings(settings);
  const { size: entries, bytes } = tiers.l1.stats();
  const isRedisUp = redis.state === "ok";
  const isStoreUp = store.state === "ok";
  const isStoreWhole = isStoreUp && store.writesRefused === undefined;
  const isWhole = isStoreWhole && (isRedisUp || redis.state === "not configured") && missing.length === 0;
  return {
    status: isWhole ? "ok" : isRedisUp || isStoreUp ? "degraded" : "unavailable",
    tiers: {
      l1: { entries, bytes },
      l2: redisBreaker === undefined ? redis : { ...redis, breaker: redisBreaker.state },
      l3: { ...store, breaker: storeBreaker.state },
    },
    ...(missing.length === 0 ? {} : { misconfigured: missing }),
  };
}

async function probe(
  { clock, now, failures }: ReadinessServices,
  target: string,
  ask: () => Promise<Partial<TierState>>,
): Promise<TierState> {
  const startedAt = now();
  try {
    const findings = await within(ask(), PROBE_MS, clock);
    if (findings === undefined) throw new Error(`no response within ${PROBE_MS} ms`);
    failures.succeeded(`${target}_probe`);
    return { state: "ok", latencyMs: now() - startedAt, ...findings };
  } catch (error) {
    failures.failed(`${target}_probe`, error);
    return { state: "unreachable" };
  }
}
