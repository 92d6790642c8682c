/** The bucket space of a rollout or a bucket condition: its hash scheme, and the total that shares are parts of. */
import type { Hash } from "../../../../sdk/client/scheme-text.ts";
import { NATIVE_SCHEME, WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { HASH_SPACES } from "../../../../src/flags/formats/hash-schemes.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { rescale, rescaleWeights, type Weights } from "./weights.ts";

export interface Bucketing {
  hash?: Hash | undefined;
  total?: number | undefined;
}

/** Shares of a bucket space: the weights of a rollout, or the ranges of a condition. */
interface Shares {
  weights?: Weights;
  ranges?: [from: number, to: number][];
}

export function hashOf({ hash = NATIVE_SCHEME }: Bucketing): Hash {
  return hash;
}

export function totalOf({ total = WEIGHT_TOTAL }: Bucketing): number {
  return total;
}

/** Whether shares are written as percentages. Shares of other totals are whole numbers, which percentages can miss. */
export function isPercent(total: number): boolean {
  return total === WEIGHT_TOTAL;
}

export function shareText(share: number, total: number): string {
  return isPercent(total) ? percentText(share) : String(share);
}

/** Whether a flag chooses the total of this scheme. */
export function hasFreeTotal(hash: Hash): boolean {
  return HASH_SPACES[hash].total === undefined;
}

/** Returns a hint about the salt of a scheme that needs a number. */
export function saltHint(bucketing: Bucketing): string | undefined {
  return HASH_SPACES[hashOf(bucketing)].saltIsSeed === true ? "A whole number, which seeds the hash." : undefined;
}

/**
 * Returns the bucketing with another scheme, whose total the shares then are parts of, or with another total, of which
 * the shares are then a different part.
 */
export function withHash<T extends Bucketing & Shares>(bucketing: T, change: { hash: Hash } | { total: number }): T {
  if ("total" in change) return withTotal(bucketing, change.total);
  const from = totalOf(bucketing);
  const to = HASH_SPACES[change.hash].total ?? from;
  const { weights, ranges } = bucketing;
  return withTotal(
    {
      ...bucketing,
      hash: change.hash,
      ...(weights && { weights: rescaleWeights(weights, from, to) }),
      ...(ranges && { ranges: ranges.map(([start, end]) => [rescale(start, from, to), rescale(end, from, to)]) }),
    },
    to,
  );
}

/** Leaves out the total that a document has by default. */
function withTotal<T extends Bucketing>(bucketing: T, total: number): T {
  const { total: _, ...rest } = bucketing;
  return (total === WEIGHT_TOTAL ? rest : { ...rest, total }) as T;
}
