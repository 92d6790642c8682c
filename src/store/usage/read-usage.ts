import { sql, type SQL } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { readJson } from "../writes/transaction.ts";
import { PAUSE } from "./add-usage.ts";
import type { LastEvaluated } from "./last-evaluated.ts";

export type UsageStep = "hour" | "day";

/** The counts to read: those of an environment from one instant to another, both whole steps (ms since epoch). */
export interface UsageRange {
  environment: string;
  step: UsageStep;
  from: number;
  to: number;
  /** Ids of batches. The reading says which of them it contains. */
  batches: readonly string[];
}

interface Counts {
  requested: number;
  used: number;
}

/** The evaluations of one flag. */
export interface FlagUsageReading {
  batches: string[];
  /** By step, variant and rule. `at` is the beginning of the step (ms since epoch). */
  points: (Counts & { at: number; variant: string; rule: string })[];
  keys: (Counts & { key: string })[];
  last: LastEvaluated | null;
}

/** The evaluations of all flags. */
export interface EnvironmentUsageReading {
  batches: string[];
  points: (Counts & { at: number })[];
  flags: (Counts & LastEvaluated & { flag: string })[];
  /** The evaluations whose flags are not known. */
  other: Counts;
}

/** The evaluations of some flags by step. */
export interface UsageSeriesReading {
  batches: string[];
  points: (Counts & { flag: string; at: number })[];
  /** When each flag was last evaluated, if it ever was. */
  last: (LastEvaluated & { flag: string })[];
  /** Whether any environment has counts of the last days. */
  hasRecent: boolean;
}

/** Reads the evaluations of one flag. Makes one statement. */
export async function readFlagUsage(db: StoreDatabase, flag: string, range: UsageRange): Promise<FlagUsageReading> {
  const [reading] = await readJson<FlagUsageReading>(
    db,
    sql`with counts as (${countsIn(range, sql`and flag_key = ${flag}`)})
      select json_build_object(
        'batches', ${knownOf(range)},
        'points', (select coalesce(json_agg(p), '[]') from (
          select at, variant, rule, ${SUMS} from counts group by 1, 2, 3 order by 1, 2, 3) as p),
        'keys', (select coalesce(json_agg(k), '[]') from (
          select key_id as key, ${SUMS} from counts group by 1 order by 1) as k),
        'last', (select json_build_object('usedAt', u.used_at, 'requestedAt', u.requested_at)
          from flag_usage u where u.flag_key = ${flag} and u.scope = ${scopeOf(range)})
      ) as result`,
  );
  return reading ?? { batches: [], points: [], keys: [], last: null };
}

/**
 * Reads the evaluations of all flags, and of the first `limit` flags after `cursor` one by one. Makes one statement.
 */
export async function readEnvironmentUsage(
  db: StoreDatabase,
  range: UsageRange,
  { cursor = "", limit }: { cursor?: string | undefined; limit: number },
): Promise<EnvironmentUsageReading> {
  const [reading] = await readJson<EnvironmentUsageReading>(
    db,
    sql`with counts as (${countsIn(range, sql``)})
      select json_build_object(
        'batches', ${knownOf(range)},
        'points', (select coalesce(json_agg(p), '[]') from (select at, ${SUMS} from counts group by 1 order by 1) as p),
        'flags', (select coalesce(json_agg(f), '[]') from (
          select c.flag_key as flag, sum(c.requested) as requested, sum(c.used) as used,
            max(u.used_at) as "usedAt", max(u.requested_at) as "requestedAt"
          from counts c left join flag_usage u on u.flag_key = c.flag_key and u.scope = ${scopeOf(range)}
          where c.flag_key <> '*' and c.flag_key collate "C" > ${cursor}
          group by 1 order by c.flag_key collate "C" limit ${limit}) as f),
        'other', (select json_build_object('requested', coalesce(sum(requested), 0), 'used', coalesce(sum(used), 0))
          from counts where flag_key = '*')
      ) as result`,
  );
  return reading ?? { batches: [], points: [], flags: [], other: { requested: 0, used: 0 } };
}

/**
 * Reads the evaluations of some flags by step. Makes one statement.
 *
 * @param now ms since epoch
 */
export async function readUsageSeries(
  db: StoreDatabase,
  flags: readonly string[],
  range: UsageRange,
  now: number,
): Promise<UsageSeriesReading> {
  const isAsked = sql`flag_key = any (array(select jsonb_array_elements_text(${JSON.stringify(flags)}::jsonb)))`;
  const [reading] = await readJson<UsageSeriesReading>(
    db,
    sql`with counts as (${countsIn(range, sql`and ${isAsked}`)})
      select json_build_object(
        'batches', ${knownOf(range)},
        'points', (select coalesce(json_agg(p), '[]') from (
          select flag_key as flag, at, ${SUMS} from counts group by 1, 2) as p),
        'last', (select coalesce(json_agg(json_build_object('flag', flag_key, 'usedAt', used_at,
            'requestedAt', requested_at)), '[]')
          from flag_usage where scope = ${scopeOf(range)} and ${isAsked}),
        'hasRecent', (select coalesce(
          max(hour) > ${new Date(now).toISOString()}::timestamptz - ${PAUSE}::interval, false) from usage_hours)
      ) as result`,
  );
  return reading ?? { batches: [], points: [], last: [], hasRecent: false };
}

const SUMS = sql`sum(requested) as requested, sum(used) as used`;

function scopeOf({ environment }: UsageRange): SQL {
  return sql`(select id from usage_scopes where environment = ${environment})`;
}

function knownOf({ batches }: UsageRange): SQL {
  return sql`(select coalesce(json_agg(id), '[]') from usage_batches
    where id in (select jsonb_array_elements_text(${JSON.stringify(batches)}::jsonb)))`;
}

/** Hours of the last 30 days, and for whole days also those that were rolled up. */
function countsIn(range: UsageRange, filter: SQL): SQL {
  const { step, from, to } = range;
  const instant = (at: number) => sql`to_timestamp(${at / 1000}::bigint)`;
  const day = (at: number) => sql`${new Date(at).toISOString().slice(0, 10)}::date`;
  const columns = sql`flag_key, variant, rule, key_id, requested, used`;
  const hours = sql`
    select extract(epoch from date_trunc(${step}, hour at time zone 'UTC'))::bigint * 1000 as at, ${columns}
    from usage_hours where scope = ${scopeOf(range)} and hour >= ${instant(from)} and hour < ${instant(to)} ${filter}`;
  if (step === "hour") return hours;
  return sql`${hours} union all
    select extract(epoch from day)::bigint * 1000, ${columns}
    from usage_days where scope = ${scopeOf(range)} and day >= ${day(from)} and day < ${day(to)} ${filter}`;
}
