import { all, type Bucketing, bucketIn, type Lowered } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import type { RuleList } from "../../lowering/rule-list.ts";
import { at, listOf, partsOf, type Placed, textOf } from "../../lowering/source.ts";

/** The size of the bucket space. */
export const TOTAL = 100_000;

/** Neighbouring buckets that get the same. */
export interface Share<T> {
  from: number;
  to: number;
  of: T;
}

/** Returns the bucket behind a percentage, which is inclusive. */
export function behind(percentage: number): number {
  return within(Math.floor(percentage) + 1);
}

function within(bucket: number): number {
  return Math.min(TOTAL, Math.max(0, bucket));
}

/** Returns the variations of all buckets. Allocations include both ends of their ranges, and the first one counts. */
export function allocationsOf(rule: Placed): Share<string | undefined>[] {
  const allocations = partsOf(rule, "allocation").map(({ fields, place }) => {
    const [from, to] = rangeOf(fields["range"], at(place, "range"));
    return { from: within(Math.ceil(from)), to: behind(to), of: textOf(fields["variation"]) || undefined };
  });
  const bounds = [...new Set([0, TOTAL, ...allocations.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  return bounds.slice(0, -1).map((from, i) => ({
    from,
    to: bounds[i + 1] as number,
    of: allocations.find((one) => one.from <= from && from < one.to)?.of,
  }));
}

export function rangeOf(value: unknown, place: string): readonly [number, number] {
  const [from, to] = listOf(value);
  if (typeof from !== "number" || typeof to !== "number")
    throw new NotImportable(place, "the range is not a list of two numbers");
  return [from, to];
}

/** Adds the rules that serve each bucket its variant. `null` is the caller's default. */
export function addShares(
  list: RuleList,
  id: string,
  when: Lowered,
  { shares, bucketing }: { shares: readonly Share<string | null>[]; bucketing: Bucketing },
): void {
  const merged = mergedShares(shares);
  const served = merged.flatMap(({ from, to, of }): [string, number][] => (of === null ? [] : [[of, to - from]]));
  const [first] = merged;
  if (merged.length === 1 && first !== undefined) {
    list.add(id, when, { variant: first.of });
    return;
  }
  const lastServed = merged.findLastIndex(({ of }) => of !== null);
  const hasGap = merged.slice(0, lastServed).some(({ of }) => of === null);
  if (!hasGap) list.add(id, when, { rollout: { ...bucketing, weights: served } });
  else
    for (const variant of new Set(served.map(([name]) => name))) {
      const ranges = merged.filter(({ of }) => of === variant).map(({ from, to }) => [from, to] as const);
      list.add(`${id}.${variant}`, all(when, bucketIn(bucketing, ranges)), { variant });
    }
  if (merged.some(({ of }) => of === null)) list.add(`${id}.rest`, when, { variant: null });
}

function mergedShares<T>(shares: readonly Share<T>[]): Share<T>[] {
  const merged: Share<T>[] = [];
  for (const share of shares) {
    const last = merged.at(-1);
    if (last !== undefined && last.of === share.of) merged[merged.length - 1] = { ...last, to: share.to };
    else merged.push(share);
  }
  return merged;
}
