/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * Returns a generator of uniform numbers (sfc32). The same seed and name give the same numbers. Each part of the
 * simulation has a name of its own, so that a change in one of them does not change the others' numbers.
 */
export function seededRandom(seed: number, name: string): Random {
  let a = hashOf(`${seed}:a:${name}`);
  let b = hashOf(`${seed}:b:${name}`);
  let c = hashOf(`${seed}:c:${name}`);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** A log-normal value. Half of all values are below `median`, and with a spread of 0.5, 99% are below 3.2 times it. */
export function logNormal(random: Random, median: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
}

export function uniform(random: Random, from: number, to: number): number {
  return from + (to - from) * random();
}

/** Draws indexes with the given weights. */
export class Lottery {
  readonly #ends: Float64Array;

  constructor(weights: readonly number[]) {
    this.#ends = new Float64Array(weights.length);
    let sum = 0;
    for (const [i, weight] of weights.entries()) this.#ends[i] = sum += weight;
  }

  get total(): number {
    return this.#ends.at(-1) ?? 0;
  }

  draw(random: Random): number {
    const ends = this.#ends;
    const drawn = random() * this.total;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Weights by Zipf's law: the n-th is 1/n. */
export function zipf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 1 / (i + 1));
}
