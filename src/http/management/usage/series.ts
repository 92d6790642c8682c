import { notMoved, possibleParts } from "../../../delivery/usage/held-usage.ts";
import { readUsageSeries, type UsageSeriesReading } from "../../../store/usage/read-usage.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import type { CountRow } from "../../../usage/usage-count.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { unknownEnvironment } from "../require.ts";
import { heldBy, rangeView, type UsageReadServices } from "./handlers.ts";
import { rangeOf, type SeriesQuery, STEP_MS, type StepRange } from "./input.ts";
import { type LastEvaluatedView, lastView } from "./last-view.ts";
import { countsOf, inRange, lastOf, stepOf } from "./usage-view.ts";

/** The evaluations of one flag: a number for each step. */
interface FlagSeries extends LastEvaluatedView {
  flag: string;
  requested: number[];
  used: number[];
}

/** Responds with the evaluations of some flags by step, for lists of flags. */
export async function showUsageSeries(
  services: UsageReadServices & Pick<Services, "settings">,
  c: ManagementContext,
  { query }: { query: SeriesQuery },
): Promise<Response> {
  const { flags, ...rest } = query;
  const [environment, now] = [environmentOf(c), services.now()];
  const range = rangeOf(rest, now);
  const { held, complete } = await heldBy(services, environment);
  const db = await services.database();
  const [found, reading] = await Promise.all([
    getEnvironment(db, environment),
    readUsageSeries(db, flags, { ...range, environment, batches: possibleParts(held) }, now),
  ]);
  if (found === undefined) throw unknownEnvironment(environment);
  const pending = notMoved(held, new Set(reading.batches));
  const isCounting = services.settings.USAGE_FLUSH_SECONDS > 0 || reading.hasRecent || pending.length > 0;
  return c.json({
    environment,
    ...rangeView(range),
    complete,
    isCounting,
    items: seriesOf(flags, reading, pending, range),
  });
}

function seriesOf(
  flags: readonly string[],
  reading: UsageSeriesReading,
  pending: readonly CountRow[],
  range: StepRange,
): FlagSeries[] {
  const stepMs = STEP_MS[range.step];
  const steps = (range.to - range.from) / stepMs;
  const zeros = (): number[] => Array.from({ length: steps }, () => 0);
  const series = new Map(flags.map((flag) => [flag, { requested: zeros(), used: zeros() }]));
  const add = (flag: string, at: number, counts: { requested: number; used: number }): void => {
    const one = series.get(flag);
    const step = (at - range.from) / stepMs;
    if (one === undefined) return;
    one.requested[step] = (one.requested[step] ?? 0) + counts.requested;
    one.used[step] = (one.used[step] ?? 0) + counts.used;
  };
  for (const { flag, at, ...counts } of reading.points) add(flag, at, counts);
  for (const row of inRange(pending, range)) add(row[2], stepOf(row, range), countsOf(row));
  const own = Map.groupBy(pending, (row) => row[2]);
  const last = new Map(reading.last.map(({ flag, ...times }) => [flag, times]));
  return [...series].map(([flag, { requested, used }]) => {
    return { flag, ...lastView(lastOf(last.get(flag) ?? null, own.get(flag) ?? [])), requested, used };
  });
}
