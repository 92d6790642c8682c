/**
 * The chi-squared distribution's survival function, which is the regularised incomplete gamma function Q(k/2, x/2). The
 * best kept library of it, @stdlib, brings 206 packages and 29 KB (gzip) for the lines below.
 */

const MAX_STEPS = 10_000;
const PRECISION = 1e-15;
/** Keeps the denominators of the continued fraction away from zero. */
const TINY = 1e-300;

/**
 * Returns the probability that a chi-squared variable is at least `x`.
 *
 * @param degreesOfFreedom a positive integer
 */
export function chiSquaredSurvival(x: number, degreesOfFreedom: number): number {
  if (!(x > 0)) return 1;
  const [a, z] = [degreesOfFreedom / 2, x / 2];
  // z^a e^-z / Γ(a), by logarithms, because each factor alone can be too large for a number.
  const factor = Math.exp(a * Math.log(z) - z - logGammaOfHalf(degreesOfFreedom));
  // Each converges fast on its side of a + 1.
  const survival = z < a + 1 ? 1 - factor * seriesOf(a, z) : factor * fractionOf(a, z);
  return Math.min(1, Math.max(0, survival));
}

/** The series of the lower function, DLMF 8.7.1 in the form of 8.11.4: the sum of z^n / (a (a+1) … (a+n)). */
function seriesOf(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_STEPS && term > sum * PRECISION; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction of the upper function, DLMF 8.9.2, by the modified method of Lentz (DLMF 3.10(iii)). */
function fractionOf(a: number, z: number): number {
  let b = z + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MAX_STEPS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + numerator / c;
    if (Math.abs(c) < TINY) c = TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return value;
}

/** Returns ln Γ(k/2), exactly up to rounding: from Γ(1/2) = √π or Γ(1) = 1 by Γ(a + 1) = a Γ(a). */
function logGammaOfHalf(k: number): number {
  let sum = k % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let a = k % 2 === 0 ? 1 : 0.5; a < k / 2; a++) sum += Math.log(a);
  return sum;
}
