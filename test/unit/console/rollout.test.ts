import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePercent, percentInputText } from "../../../console/src/ui/fields/percent.ts";
import { bandsOf, placeOf, spanOf } from "../../../console/src/ui/rollout/ramp.ts";
import { formsOf, serveAs, serveFormOf } from "../../../console/src/ui/rollout/serve.ts";
import type { Serve } from "../../../sdk/client/contract.ts";
import { percentText } from "../../../sdk/words/share.ts";
import { exposureAt, servedShare } from "../../../sdk/words/share-at.ts";
import {
  addWeight,
  removeWeight,
  setWeight,
  splitEvenly,
  sumOf,
  type Weights,
} from "../../../console/src/ui/rollout/weights.ts";
import { WEIGHT_TOTAL } from "../../../src/flags/document.ts";

const weightsArbitrary = fc
  .array(fc.integer({ min: 0, max: WEIGHT_TOTAL }), { minLength: 1, maxLength: 6 })
  .map((list): Weights => list.map((weight, i) => [`v${i}`, weight]));

test("every change of a whole rollout keeps its sum", () => {
  fc.assert(
    fc.property(weightsArbitrary, fc.nat(5), fc.integer({ min: -9, max: 200_000 }), (weights, at, wanted) => {
      const index = at % weights.length;
      expect(sumOf(setWeight(weights, index, wanted, true))).toBe(WEIGHT_TOTAL);
      expect(sumOf(splitEvenly(weights))).toBe(WEIGHT_TOTAL);
      if (weights.length > 1) expect(sumOf(removeWeight(weights, index, true))).toBe(WEIGHT_TOTAL);
    }),
  );
});

test("a share becomes what was set, and a partial rollout never exceeds the total", () => {
  fc.assert(
    fc.property(weightsArbitrary, fc.nat(5), fc.integer({ min: 0, max: WEIGHT_TOTAL }), (weights, at, wanted) => {
      const index = at % weights.length;
      const set = setWeight(weights, index, wanted, false);
      expect(set[index]?.[1]).toBe(wanted);
      expect(sumOf(set)).toBeLessThanOrEqual(Math.max(WEIGHT_TOTAL, wanted));
      if (weights.length > 1) expect(setWeight(weights, index, wanted, true)[index]?.[1]).toBe(wanted);
    }),
  );
});

test("the last share gives way first, so that the fewest subjects move", () => {
  const thirds: Weights = [
    ["a", 30_000],
    ["b", 30_000],
    ["c", 40_000],
  ];
  expect(setWeight(thirds, 0, 50_000, true).map(([, weight]) => weight)).toEqual([50_000, 30_000, 20_000]);
  expect(setWeight(thirds, 0, 80_000, true).map(([, weight]) => weight)).toEqual([80_000, 20_000, 0]);
  expect(setWeight(thirds, 2, 10_000, true).map(([, weight]) => weight)).toEqual([30_000, 60_000, 10_000]);
  expect(setWeight(thirds, 0, 10_000, false).map(([, weight]) => weight)).toEqual([10_000, 30_000, 40_000]);
  expect(addWeight([["a", 30_000]], "b")).toEqual([
    ["a", 30_000],
    ["b", 70_000],
  ]);
});

test("a percentage keeps three decimals and accepts a comma", () => {
  expect([percentText(12_345), percentText(0), percentText(100_000)]).toEqual(["12.345%", "0%", "100%"]);
  expect(percentInputText(12_345)).toBe("12.345");
  for (const text of ["12,345 %", "12.345%"]) expect(parsePercent(text)).toEqual({ value: 12_345 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: WEIGHT_TOTAL }), (share) => {
      expect(parsePercent(percentInputText(share))).toEqual({ value: share });
    }),
  );
  for (const text of ["", "1.2345", "100.001", "-1", "1e1", "a"]) expect(parsePercent(text)).toHaveProperty("problem");
});

const RAMP = { from: 0, to: 100_000, startAt: "2030-01-01T00:00:00Z", endAt: "2030-01-11T00:00:00Z" };

test("a ramp is drawn as it is evaluated: constant outside, linear inside, rounded down", () => {
  const span = spanOf(RAMP);
  if (span === undefined) throw new Error("the ramp has a span");
  const middle = (span.start + span.end) / 2;
  expect([span.start - 1, middle, span.end].map((at) => exposureAt(RAMP, at).exposure)).toEqual([0, 50_000, 100_000]);
  expect(servedShare(33_333, 50_000)).toBe(16_666);
  const [on, off] = bandsOf(
    [
      ["on", 40_000],
      ["off", 60_000],
    ],
    RAMP,
    span,
  );
  expect(on?.corners.map(({ y }) => y)).toEqual([0, 0, 0, 0, 0.4, 0.4, 0, 0]);
  expect(off?.corners.map(({ y }) => y)).toEqual([0, 0, 0.4, 0.4, 1, 1, 0, 0]);
  expect(placeOf(middle, span)).toBeCloseTo(0.5);
  expect(placeOf(span.end * 2, span)).toBeUndefined();
  expect(spanOf({ ...RAMP, endAt: RAMP.startAt })).toBeUndefined();
});

test("a variant becomes 100% of a rollout, and a rollout becomes its largest variant", () => {
  const rollout = serveAs("rollout", { variant: "b" }, ["a", "b", "c"]);
  expect(rollout).toMatchObject({
    rollout: {
      weights: [
        ["a", 0],
        ["c", 0],
        ["b", 100_000],
      ],
    },
  });
  expect(serveAs("variant", rollout, ["a", "b", "c"])).toEqual({ variant: "b" });
});

test("an error and the code default become a variant", () => {
  const outcomes: Serve[] = [{ error: "PARSE_ERROR" }, { variant: null }];
  for (const outcome of outcomes) {
    expect(serveAs(serveFormOf(outcome), outcome, ["a", "b"])).toBe(outcome);
    expect(serveAs("rollout", outcome, ["a", "b"])).toMatchObject({
      rollout: {
        weights: [
          ["b", 0],
          ["a", 100_000],
        ],
      },
    });
  }
  expect(serveAs("variant", { error: "PARSE_ERROR" }, ["a", "b"])).toEqual({ variant: "a" });
});

test("each kind of flag offers the outcomes that the API accepts", () => {
  const offered = (kind: "flag" | "switch" | "sample", isDefault: boolean) =>
    formsOf(kind, isDefault).map(([form]) => form);
  expect(offered("flag", true)).toEqual(["variant", "rollout", "error"]);
  expect(offered("switch", true)).toEqual(["variant"]);
  expect(offered("sample", true)).toEqual(["draw"]);
  expect(offered("sample", false)).toEqual(["variant", "draw", "error"]);
  expect(serveAs("error", { variant: "a" }, ["a", "b"])).toEqual({ error: "GENERAL" });
});
