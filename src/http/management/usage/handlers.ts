import { notMoved, possibleParts } from "../../../delivery/usage/held-usage.ts";
import type { HeldUsage } from "../../../cache/redis/usage/redis-usage.ts";
import { getFlag } from "../../../store/lists/flags.ts";
import { readEnvironmentUsage, readFlagUsage } from "../../../store/usage/read-usage.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { notFound, requireKey, unknownEnvironment } from "../require.ts";
import { type EnvironmentUsageQuery, rangeOf, type StepRange, type UsageQuery } from "./input.ts";
import { configuredSplits, environmentUsageView, flagUsageView } from "./usage-view.ts";

export type UsageReadServices = Pick<Services, "database" | "openUsage" | "now" | "failures">;

export async function showFlagUsage(
  services: UsageReadServices,
  c: ManagementContext,
  { query }: { query: UsageQuery },
): Promise<Response> {
  const [environment, key, range] = [environmentOf(c), requireKey(c, "flag"), rangeOf(query, services.now())];
  const { held, complete } = await heldBy(services, environment, key);
  const db = await services.database();
  const [found, flag, reading] = await Promise.all([
    getEnvironment(db, environment),
    getFlag(db, environment, key),
    readFlagUsage(db, key, { ...range, environment, batches: possibleParts(held) }),
  ]);
  if (found === undefined) throw unknownEnvironment(environment);
  const pending = notMoved(held, new Set(reading.batches));
  // A deleted flag keeps its counts.
  const isKnown = flag !== undefined || reading.last !== null || reading.points.length > 0 || pending.length > 0;
  if (!isKnown) throw notFound("flag", key, environment);
  return c.json({
    environment,
    flag: key,
    ...rangeView(range),
    complete,
    ...flagUsageView(reading, pending, range),
    configured: flag === undefined ? null : configuredSplits(flag),
  });
}

export async function showEnvironmentUsage(
  services: UsageReadServices,
  c: ManagementContext,
  { query }: { query: EnvironmentUsageQuery },
): Promise<Response> {
  const [environment, range] = [environmentOf(c), rangeOf(query, services.now())];
  const { limit, cursor } = query;
  const { held, complete } = await heldBy(services, environment);
  const db = await services.database();
  const [found, reading] = await Promise.all([
    getEnvironment(db, environment),
    readEnvironmentUsage(db, { ...range, environment, batches: possibleParts(held) }, { cursor, limit: limit + 1 }),
  ]);
  if (found === undefined) throw unknownEnvironment(environment);
  const pending = notMoved(held, new Set(reading.batches));
  return c.json({
    environment,
    ...rangeView(range),
    complete,
    ...environmentUsageView(reading, pending, { range, limit, cursor }),
  });
}

/** How often a flag served a variant by a rule. */
interface OutcomeCounts {
  variant: string | null;
  rule: string | null;
  requested: number;
  used: number;
}

/** Reads how often a flag had each outcome, with the counts that Redis still holds. */
export async function readOutcomes(
  services: UsageReadServices,
  { environment, flag, range }: { environment: string; flag: string; range: StepRange },
): Promise<{ outcomes: OutcomeCounts[]; complete: boolean }> {
  const { held, complete } = await heldBy(services, environment, flag);
  const db = await services.database();
  const reading = await readFlagUsage(db, flag, { ...range, environment, batches: possibleParts(held) });
  const { outcomes } = flagUsageView(reading, notMoved(held, new Set(reading.batches)), range);
  return { outcomes, complete };
}

/**
 * Reads what Redis holds, before Postgres is read: a sweep in between then counts once, because Postgres knows its id.
 * Without Redis, the result lacks the last minute.
 */
export async function heldBy(
  { openUsage, failures }: UsageReadServices,
  environment: string,
  flag?: string,
): Promise<{ held: HeldUsage[]; complete: boolean }> {
  const { redis } = await openUsage();
  if (redis === undefined) return { held: [], complete: true };
  try {
    return { held: await redis.read(environment, flag), complete: true };
  } catch (error) {
    failures.failed("usage_read", error);
    return { held: [], complete: false };
  }
}

export function rangeView({ step, from, to }: StepRange): object {
  return { step, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
