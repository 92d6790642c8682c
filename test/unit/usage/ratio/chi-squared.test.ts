import fc from "fast-check";
import { expect, test } from "vitest";
import { chiSquaredSurvival } from "../../../../src/usage/ratio/chi-squared.ts";

/** Upper critical values from the NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4. */
const TABLE: readonly (readonly [degrees: number, at05: number, at01: number, at001: number])[] = [
  [1, 3.841, 6.635, 10.828],
  [2, 5.991, 9.21, 13.816],
  [3, 7.815, 11.345, 16.266],
  [5, 11.07, 15.086, 20.515],
  [10, 18.307, 23.209, 29.588],
  [30, 43.773, 50.892, 59.703],
  [50, 67.505, 76.154, 86.661],
  [100, 124.342, 135.807, 149.449],
];

test.for(TABLE)("the critical values for %i degrees of freedom are those of the table", ([degrees, ...values]) => {
  for (const [i, p] of [0.05, 0.01, 0.001].entries())
    // The table rounds to three decimals.
    expect(chiSquaredSurvival(values[i]!, degrees) / p).toBeCloseTo(1, 3);
});

test("an even number of degrees has the closed form of the Poisson distribution", () => {
  const degrees = fc.integer({ min: 1, max: 127 });
  const value = fc.double({ min: 1e-6, max: 600, noNaN: true });
  fc.assert(
    fc.property(degrees, value, (half, x) => {
      let term = Math.exp(-x / 2);
      let sum = term;
      for (let i = 1; i < half; i++) sum += term *= x / 2 / i;
      expect(Math.abs(chiSquaredSurvival(x, 2 * half) - sum)).toBeLessThan(1e-12);
    }),
  );
});

test("two more degrees add the term of the recurrence", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 252 }), fc.double({ min: 1e-3, max: 600, noNaN: true }), (k, x) => {
      let logGamma = k % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
      for (let a = k % 2 === 0 ? 1 : 0.5; a <= k / 2; a++) logGamma += Math.log(a);
      const term = Math.exp((k / 2) * Math.log(x / 2) - x / 2 - logGamma);
      expect(Math.abs(chiSquaredSurvival(x, k + 2) - chiSquaredSurvival(x, k) - term)).toBeLessThan(1e-12);
    }),
  );
});

test.for([
  [0, 1, 1],
  [-1, 3, 1],
  [1e6, 1, 0],
] as const)("at %d with %i degrees the probability is %d", ([x, degrees, p]) => {
  expect(chiSquaredSurvival(x, degrees)).toBe(p);
});

test("small probabilities keep their precision", () => {
  // For two degrees, the probability is e^(-x/2).
  expect(chiSquaredSurvival(1000, 2) / Math.exp(-500)).toBeCloseTo(1, 10);
});
