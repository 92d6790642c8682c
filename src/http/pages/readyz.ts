import type { Services } from "../services.ts";
import { within } from "../../resilience/deadline.ts";
import { getEnvironment } from "../../store/writes/environments.ts";

/** An open route must not become a way to keep the backends busy: a report is given again for so long (ms). */
const REMEMBER_MS = 2000;
/** A backend that has not answered by then is not reachable (ms). */
const PROBE_MS = 1000;
/** Cannot be an environment's key: the question costs a look-up and finds nothing. */
const NO_ENVIRONMENT = "-";

export interface TierState {
  state: "ok" | "unreachable" | "not configured";
  breaker?: string;
  /** How long the probe took (ms). */
  latencyMs?: number;
}

export interface Readiness {
  /** degraded: one of Redis and Postgres is out of reach, flags are served all the same. */
  status: "ok" | "degraded" | "unavailable";
  tiers: { l1: { entries: number; bytes: number }; l2: TierState; l3: TierState };
}

/** The state of the tiers, asked for at most every two seconds. Never throws. */
export function readiness(services: Services): () => Promise<Readiness> {
  let last: { report: Readiness; at: number } | undefined;
  return async () => {
    const now = services.now();
    if (last !== undefined && now - last.at < REMEMBER_MS) return last.report;
    const report = await probeTiers(services);
    last = { report, at: now };
    return report;
  };
}

async function probeTiers(services: Services): Promise<Readiness> {
  const { tiers, redisBreaker, storeBreaker } = services;
  const l2 = tiers.l2;
  const [redis, store] = await Promise.all([
    l2 === undefined ? ({ state: "not configured" } as const) : probe(services, "redis", () => l2.ping()),
    probe(services, "store", async () => getEnvironment(await services.database(), NO_ENVIRONMENT)),
  ]);
  const { size: entries, bytes } = tiers.l1.stats();
  const isRedisUp = redis.state === "ok";
  const isStoreUp = store.state === "ok";
  const isWhole = isStoreUp && (isRedisUp || redis.state === "not configured");
  return {
    status: isWhole ? "ok" : isRedisUp || isStoreUp ? "degraded" : "unavailable",
    tiers: {
      l1: { entries, bytes },
      l2: redisBreaker === undefined ? redis : { ...redis, breaker: redisBreaker.state },
      l3: { ...store, breaker: storeBreaker.state },
    },
  };
}

async function probe({ now, failures }: Services, target: string, ask: () => PromiseLike<unknown>): Promise<TierState> {
  const startedAt = now();
  try {
    const answered = await within(
      (async () => {
        await ask();
        return true;
      })(),
      PROBE_MS,
    );
    if (answered === undefined) throw new Error(`no answer within ${PROBE_MS} ms`);
    failures.succeeded(`${target}_probe`);
    return { state: "ok", latencyMs: now() - startedAt };
  } catch (error) {
    failures.failed(`${target}_probe`, error);
    return { state: "unreachable" };
  }
}
