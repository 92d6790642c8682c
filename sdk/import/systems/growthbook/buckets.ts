import type { AttributePath, HashScheme } from "../../../../src/flags/document.ts";
import { firstBucket } from "../../lowering/first-bucket.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { type Bucketing, bucketIn, type Lowered } from "../../lowering/condition.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../lowering/source.ts";

export type Range = readonly [number, number];

/** The hash schemes of the SDK that evaluates the features now, by GrowthBook's hash version. */
export const SCHEMES: Record<string, Record<number, HashScheme>> = {
  javascript: { 1: "growthbook-1", 2: "growthbook-2" },
  "utf-8": { 1: "growthbook-utf-8-1", 2: "growthbook-utf-8-2" },
};

const TOTALS: Record<number, number> = { 1: 1000, 2: 10_000 };

/** Returns how an attribute is hashed, or `undefined` for a version of the hash that SDKs do not know. */
export function bucketingOf(
  attribute: unknown,
  salt: string,
  version: number,
  schemes: Record<number, HashScheme>,
): Bucketing | undefined {
  const hash = schemes[version];
  const total = TOTALS[version];
  return hash === undefined || total === undefined ? undefined : { by: hashAttributes(attribute), salt, hash, total };
}

/** OpenFeature's users have a targetingKey in place of an id. */
function hashAttributes(attribute: unknown): AttributePath[] {
  const name = textOf(attribute) || "id";
  if (name === "id") return ["id", "targetingKey"];
  return [callerAttribute(name)];
}

/** Returns the first bucket whose fraction is at least `bound`. The fraction is a double, as in the SDKs. */
export function firstAt(bound: number, total: number): number {
  return firstBucket(total, (bucket) => bucket / total >= bound);
}

/** Returns a condition that is true for fractions in one of the ranges, each without its end. */
export function inRanges(bucketing: Bucketing | undefined, ranges: readonly Range[]): Lowered {
  if (bucketing === undefined) return false;
  const { total } = bucketing;
  return bucketIn(
    bucketing,
    ranges.map(([from, to]): [number, number] => [firstAt(from, total), firstAt(to, total)]),
  );
}

/** Returns a condition that is true for fractions up to the coverage, including it. */
export function covered(bucketing: Bucketing | undefined, coverage: number): Lowered {
  if (bucketing === undefined || coverage === 0) return false;
  const { total } = bucketing;
  return bucketIn(bucketing, [[0, firstBucket(total, (bucket) => bucket / total > coverage)]]);
}

export function rangesOf(value: unknown): Range[] {
  return listOf(value).map((range): Range => [numberOf(listOf(range)[0]) ?? 0, numberOf(listOf(range)[1]) ?? 0]);
}

/** Returns the range of each variation. The arithmetic is that of the SDKs, in its order. */
export function experimentRanges({ ranges, coverage, weights }: Fields, count: number): Range[] {
  if (Array.isArray(ranges)) return rangesOf(ranges);
  const share = Math.min(1, Math.max(0, numberOf(coverage) ?? 1));
  let start = 0;
  return weightsOf(weights, count).map((weight): Range => {
    const from = start;
    start += weight;
    return [from, from + share * weight];
  });
}

function weightsOf(weights: unknown, count: number): number[] {
  const equal = Array.from({ length: count }, () => 1 / count);
  const given = listOf(weights).map((weight) => numberOf(weight) ?? 0);
  const sum = given.reduce((total, weight) => total + weight, 0);
  return given.length !== count || sum < 0.99 || sum > 1.01 ? equal : given;
}

/** Returns whether a subject is outside no filter. */
export function passesFilters(filters: unknown, schemes: Record<number, HashScheme>): Lowered[] {
  return listOf(filters)
    .map(fieldsOf)
    .map(({ attribute, seed, hashVersion, ranges }) =>
      inRanges(bucketingOf(attribute, textOf(seed) ?? "", numberOf(hashVersion) ?? 2, schemes), rangesOf(ranges)),
    );
}

/** Returns whether a subject is in an experiment's part of its namespace. */
export function inNamespace(namespace: unknown, attribute: unknown, schemes: Record<number, HashScheme>): Lowered {
  const [name, from, to] = listOf(namespace);
  const bucketing = bucketingOf(attribute, `__${String(name)}`, 1, schemes);
  return inRanges(bucketing, [[numberOf(from) ?? 0, numberOf(to) ?? 0]]);
}
