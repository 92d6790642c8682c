import type { Rule, Serve } from "../../../flags/document.ts";
import { WEIGHT_TOTAL } from "../../../flags/document.ts";
import type { FlagRecord } from "../../../store/lists/flags.ts";
import type { LastEvaluated } from "../../../store/usage/last-evaluated.ts";
import type { EnvironmentUsageReading, FlagUsageReading } from "../../../store/usage/read-usage.ts";
import { type CountRow, HOUR_MS, OTHER_FLAGS } from "../../../usage/usage-count.ts";
import type { StepRange } from "./input.ts";
import { isoOf, type LastEvaluatedView, lastView, latest } from "./last-view.ts";

interface Counts {
  requested: number;
  used: number;
}

type Point = Counts & { at: string };

interface Outcome extends Counts {
  variant: string | null;
  rule: string | null;
}

interface FlagUsageView extends LastEvaluatedView {
  total: Counts;
  outcomes: (Outcome & { points: Point[] })[];
  keys: (Counts & { id: string | null })[];
}

/** Returns the evaluations of one flag, with those that Redis still holds. */
export function flagUsageView(
  reading: FlagUsageReading,
  pending: readonly CountRow[],
  range: StepRange,
): FlagUsageView {
  const outcomes = new Map<string, Outcome & { points: Map<number, Counts> }>();
  const keys = new Map<string, Counts & { id: string | null }>();
  const count = (at: number, variant: string, rule: string, counts: Counts) => {
    const made = () => ({ variant: variant || null, rule: rule || null, ...none(), points: new Map<number, Counts>() });
    const outcome = entryOf(outcomes, `${variant} ${rule}`, made);
    add(outcome, counts);
    add(entryOf(outcome.points, at, none), counts);
  };
  const countKey = (key: string, counts: Counts) =>
    add(
      entryOf(keys, key, () => ({ id: key || null, ...none() })),
      counts,
    );
  for (const { at, variant, rule, ...counts } of reading.points) count(at, variant, rule, counts);
  for (const { key, ...counts } of reading.keys) countKey(key, counts);
  for (const row of inRange(pending, range)) {
    count(stepOf(row, range), row[3], row[4], countsOf(row));
    countKey(row[5], countsOf(row));
  }
  const sorted = [...outcomes].toSorted(([a, one], [b, other]) => totalOf(other) - totalOf(one) || (a < b ? -1 : 1));
  return {
    ...lastView(lastOf(reading.last, pending)),
    total: sumOf(outcomes.values()),
    outcomes: sorted
      .map(([, outcome]) => outcome)
      .map(({ points, ...outcome }) => ({ ...outcome, points: pointsOf(points) })),
    keys: [...keys.values()].toSorted((a, b) => totalOf(b) - totalOf(a)),
  };
}

/** Returns the evaluations of an environment and of one page of its flags, with those that Redis still holds. */
export function environmentUsageView(
  reading: EnvironmentUsageReading,
  pending: readonly CountRow[],
  { range, limit, cursor = "" }: { range: StepRange; limit: number; cursor?: string | undefined },
): object {
  const points = new Map<number, Counts>();
  const flags = new Map<string, Counts & LastEvaluated>();
  const other = none();
  add(other, reading.other);
  for (const { at, ...counts } of reading.points) add(entryOf(points, at, none), counts);
  for (const { flag, ...rest } of reading.flags) flags.set(flag, { ...rest });
  for (const row of inRange(pending, range)) {
    add(entryOf(points, stepOf(row, range), none), countsOf(row));
    if (row[2] === OTHER_FLAGS) add(other, countsOf(row));
    else if (row[2] > cursor) {
      const flag = entryOf(flags, row[2], () => ({ ...none(), usedAt: null, requestedAt: null }));
      add(flag, countsOf(row));
      Object.assign(flag, lastOf(flag, [row]));
    }
  }
  const sorted = [...flags].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const items = sorted.slice(0, limit).map(([flag, { requested, used, ...last }]) => ({
    flag,
    requested,
    used,
    ...lastView(last),
  }));
  return {
    total: sumOf(points.values()),
    other,
    points: pointsOf(points),
    items,
    nextCursor: sorted.length > limit ? (items.at(-1)?.flag ?? null) : null,
  };
}

/** The split that a rule or the default is configured to have. */
interface ConfiguredSplit {
  /** `null` for the default. */
  rule: string | null;
  /** The share of each variant, out of 1. If they sum to less, the next rule or the default serves the rest. */
  shares: { variant: string | null; share: number }[];
  /** Whether a ramp changes the served share with time. */
  isRamp: boolean;
}

/** Returns the splits of the flag's rules, and of its default. */
export function configuredSplits({ configuration }: FlagRecord): ConfiguredSplit[] {
  const { rules, default: fallback } = configuration;
  return [
    ...rules.map(({ id, serve }: Rule) => ({ rule: id, ...splitOf(serve) })),
    { rule: null, ...splitOf(fallback) },
  ];
}

function splitOf(serve: Serve): Pick<ConfiguredSplit, "shares" | "isRamp"> {
  if ("variant" in serve) return { shares: [{ variant: serve.variant, share: 1 }], isRamp: false };
  if ("error" in serve) return { shares: [{ variant: null, share: 1 }], isRamp: false };
  const [weights, total] =
    "draw" in serve ? [serve.draw.weights, WEIGHT_TOTAL] : [serve.rollout.weights, serve.rollout.total ?? WEIGHT_TOTAL];
  const shares = weights.map(([variant, weight]) => ({ variant, share: weight / total }));
  return { shares, isRamp: "rollout" in serve && serve.rollout.ramp !== undefined };
}

function none(): Counts {
  return { requested: 0, used: 0 };
}

function totalOf({ requested, used }: Counts): number {
  return requested + used;
}

export function countsOf(row: CountRow): Counts {
  return { requested: row[6], used: row[7] };
}

function add(to: Counts, { requested, used }: Counts): void {
  to.requested += requested;
  to.used += used;
}

function sumOf(all: Iterable<Counts>): Counts {
  const sum = none();
  for (const counts of all) add(sum, counts);
  return sum;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** The counts of evaluations in the range. A count without a flag only says when a key was used. */
export function inRange(pending: readonly CountRow[], { from, to }: StepRange): CountRow[] {
  return pending.filter(([, hour, flag]) => flag !== "" && hour * HOUR_MS >= from && hour * HOUR_MS < to);
}

/** Returns the beginning of the step that a count belongs to (ms since epoch). */
export function stepOf([, hour]: CountRow, { step }: StepRange): number {
  return step === "hour" ? hour * HOUR_MS : Math.floor(hour / 24) * 24 * HOUR_MS;
}

function pointsOf(points: ReadonlyMap<number, Counts>): Point[] {
  const sorted = [...points].toSorted(([a], [b]) => a - b);
  return sorted.map(([at, { requested, used }]) => ({ at: new Date(at).toISOString(), requested, used }));
}

/** Returns when a flag was last evaluated, with the counts that Redis still holds. */
export function lastOf(last: LastEvaluated | null, pending: readonly CountRow[]): LastEvaluated {
  let [usedAt, requestedAt] = [isoOf(last?.usedAt), isoOf(last?.requestedAt)];
  for (const [, , , , , , , , requested, used] of pending) {
    usedAt = latest(usedAt, used === 0 ? null : new Date(used).toISOString());
    requestedAt = latest(requestedAt, requested === 0 ? null : new Date(requested).toISOString());
  }
  return { usedAt, requestedAt };
}
