/**
 * Arithmetic of weights: whole numbers out of a total, which is 100,000 by default. Their order decides which buckets a
 * variant has.
 */
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";

export type Weights = [variant: string, weight: number][];

export function sumOf(weights: Weights): number {
  return weights.reduce((sum, [, weight]) => sum + weight, 0);
}

/**
 * Returns the weights with one of them changed. If the sum would exceed the total, the others shrink, the last one
 * first, because that moves the fewest subjects. If `isWhole`, the others also grow, so that the sum stays the total.
 */
export function setWeight(
  weights: Weights,
  index: number,
  wanted: number,
  isWhole: boolean,
  total = WEIGHT_TOTAL,
): Weights {
  const isAlone = isWhole && weights.length === 1;
  const set = replace(weights, index, isAlone ? total : clamp(wanted, total));
  return isWhole || sumOf(set) > total ? fill(set, index, total) : set;
}

/** Adds a variant with the remaining weight. */
export function addWeight(weights: Weights, variant: string, total = WEIGHT_TOTAL): Weights {
  return [...weights, [variant, Math.max(0, total - sumOf(weights))]];
}

/** Removes a weight. If `isWhole`, the last remaining variant gets it. */
export function removeWeight(weights: Weights, index: number, isWhole: boolean, total = WEIGHT_TOTAL): Weights {
  const rest = weights.toSpliced(index, 1);
  return isWhole ? fill(rest, undefined, total) : rest;
}

/** Splits the total evenly. The first variants get the remainder. */
export function splitEvenly(weights: Weights, total = WEIGHT_TOTAL): Weights {
  const share = Math.floor(total / weights.length);
  const rest = total - share * weights.length;
  return weights.map(([variant], i) => [variant, share + (i < rest ? 1 : 0)]);
}

/**
 * Returns the same shares out of another total. The ends of the shares are rounded, rather than the shares, so that
 * weights with the whole sum keep it.
 */
export function rescaleWeights(weights: Weights, from: number, to: number): Weights {
  let end = 0;
  return weights.map(([variant, weight]) => {
    const start = rescale(end, from, to);
    end += weight;
    return [variant, rescale(end, from, to) - start];
  });
}

/** Returns the place in another bucket space that is closest to this one. */
export function rescale(place: number, from: number, to: number): number {
  return Math.round((place * to) / from);
}

/** Changes the weights, from the last to the first, until they sum to the total. The one at `fixed` does not change. */
function fill(weights: Weights, fixed: number | undefined, total: number): Weights {
  let missing = total - sumOf(weights);
  let filled = weights;
  for (let i = weights.length - 1; i >= 0 && missing !== 0; i--) {
    if (i === fixed) continue;
    const weight = weights[i]?.[1] ?? 0;
    const next = clamp(weight + missing, total);
    filled = replace(filled, i, next);
    missing -= next - weight;
  }
  return filled;
}

function replace(weights: Weights, index: number, weight: number): Weights {
  return weights.map(([variant, old], i) => [variant, i === index ? weight : old]);
}

function clamp(weight: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(weight)));
}
