import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionText } from "../../../sdk/words/condition.ts";
import { withHash } from "../../../console/src/ui/rollout/hash-space.ts";
import { serveAs } from "../../../console/src/ui/rollout/serve.ts";
import { rescaleWeights, setWeight, sumOf, type Weights } from "../../../console/src/ui/rollout/weights.ts";
import type { Rollout } from "../../../sdk/client/contract.ts";
import { schemeText } from "../../../sdk/client/scheme-text.ts";
import { HASH_SCHEMES, MAX_TOTAL } from "../../../src/flags/formats/hash-schemes.ts";

const QUARTERS: Rollout = {
  by: ["targetingKey"],
  salt: "s",
  hash: "murmur3-mulshift",
  weights: [
    ["a", 25_000],
    ["b", 75_000],
  ],
};

test("the whole sum stays whole in any other total", () => {
  const totals = fc.integer({ min: 1, max: MAX_TOTAL });
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
  fc.assert(
    fc.property(totals, totals, cuts, (from, to, shares) => {
      const ends = [...shares.map((share) => Math.floor(share * from)).toSorted((a, b) => a - b), from];
      const weights: Weights = ends.map((end, i) => [`v${i}`, end - (ends[i - 1] ?? 0)]);
      const scaled = rescaleWeights(weights, from, to);
      expect(sumOf(scaled)).toBe(to);
      expect(scaled.every(([, weight]) => weight >= 0)).toBe(true);
    }),
  );
});

test("a scheme brings its own total, and the shares become parts of it", () => {
  const split = withHash(QUARTERS, { hash: "split-1" });
  expect(split).toEqual({
    ...QUARTERS,
    hash: "split-1",
    total: 100,
    weights: [
      ["a", 25],
      ["b", 75],
    ],
  });
  expect(withHash(split, { hash: "murmur3-mulshift" })).toEqual(QUARTERS);
  // This system has a total of 100,000 too, which a document leaves out.
  expect(withHash(QUARTERS, { hash: "launchdarkly-1" })).toEqual({ ...QUARTERS, hash: "launchdarkly-1" });
  expect(withHash({ hash: "split-1", total: 100, ranges: [[0, 50]] }, { hash: "configcat-1" })).toMatchObject({
    total: 100,
    ranges: [[0, 50]],
  });
});

test("a total that a person types leaves the shares as they are", () => {
  const free = withHash(QUARTERS, { hash: "eppo-1" });
  expect(withHash(free, { total: 10 })).toEqual({ ...free, total: 10 });
  expect(setWeight(QUARTERS.weights, 0, 4, true, 10).map(([, weight]) => weight)).toEqual([4, 6]);
});

test("the shares of another total become percentages of a draw", () => {
  const rollout = withHash(QUARTERS, { hash: "split-1" });
  expect(serveAs("draw", { rollout }, ["a", "b"])).toEqual({ draw: { weights: QUARTERS.weights } });
});

test("every scheme has its own words, which a condition names", () => {
  expect(new Set(HASH_SCHEMES.map(schemeText)).size).toBe(HASH_SCHEMES.length);
  const bucket = { by: ["targetingKey"], salt: "s", hash: "growthbook-2" as const, total: 10_000 };
  const text = conditionText({ bucket: { ...bucket, ranges: [[0, 2500]] } });
  expect(text).toBe("in the first 25% (hash of GrowthBook, version 2)");
});
