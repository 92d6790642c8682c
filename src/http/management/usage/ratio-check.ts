import { getFlag } from "../../../store/lists/flags.ts";
import { HOURS_KEPT_MS } from "../../../store/usage/keep-usage.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { checkRatios, RATIO_THRESHOLD } from "../../../usage/ratio/ratio-check.ts";
import { HOUR_MS } from "../../../usage/usage-count.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { notFound, requireKey, unknownEnvironment } from "../require.ts";
import { readOutcomes, type UsageReadServices } from "./handlers.ts";
import { MAX_STEPS, type RatioCheckQuery, rangeOf, type StepRange } from "./input.ts";

const CAUTION =
  "The counts are evaluations and not subjects. The test takes them as independent, and those of one subject are not: a few subjects that evaluate often can make a split differ. Counts of distinct subjects, from exposures, have no such limit.";

const DAY_MS = 24 * HOUR_MS;

/** Compares the counts of a flag's splits since its last change with the configured shares. */
export async function checkFlagRatios(
  services: UsageReadServices,
  c: ManagementContext,
  { query }: { query: RatioCheckQuery },
): Promise<Response> {
  const [environment, key] = [environmentOf(c), requireKey(c, "flag")];
  const db = await services.database();
  const [found, flag] = await Promise.all([getEnvironment(db, environment), getFlag(db, environment, key)]);
  if (found === undefined) throw unknownEnvironment(environment);
  if (flag === undefined) throw notFound("flag", key, environment);
  const { updatedAt: changedAt, configuration } = flag;
  const { range, isShortened } = rangeSince(Date.parse(changedAt), query, services.now());
  const isEmpty = range.from >= range.to;
  const { outcomes, complete } = isEmpty
    ? { outcomes: [], complete: true }
    : await readOutcomes(services, { environment, flag: key, range });
  const counts = outcomes.map(({ rule, variant, requested, used }) => ({ rule, variant, count: requested + used }));
  return c.json({
    environment,
    flag: key,
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    changedAt,
    isShortened,
    complete,
    threshold: RATIO_THRESHOLD,
    caution: CAUTION,
    checks: checkRatios(configuration, counts, range.from),
  });
}

/**
 * Returns the whole steps of the query that begin after the last change: a step in which the flag changed counts both
 * configurations. Short times are counted by the hour. @throws HttpError 400
 */
function rangeSince(
  changedAt: number,
  query: RatioCheckQuery,
  now: number,
): { range: StepRange; isShortened: boolean } {
  const days = rangeOf({ ...query, step: "day" }, now);
  const from = query.from ?? days.from;
  const begin = Math.max(from, changedAt);
  const hasHours = begin >= now - HOURS_KEPT_MS + HOUR_MS && days.to - begin <= MAX_STEPS * HOUR_MS;
  const stepMs = hasHours ? HOUR_MS : DAY_MS;
  const isShortened = changedAt > from;
  const first = isShortened ? Math.ceil(changedAt / stepMs) * stepMs : Math.floor(from / stepMs) * stepMs;
  const to = hasHours ? Math.ceil((query.to ?? now + 1) / HOUR_MS) * HOUR_MS : days.to;
  return { range: { step: hasHours ? "hour" : "day", from: first, to }, isShortened };
}
