import { describe, expect, it } from "vitest";
import { countsByRule, countsByVariant, startOf, STEP_MS } from "../../../console/src/state/flags/usage-view.ts";

const HOUR = STEP_MS.hour;
const NOW = Date.parse("2026-11-28T14:20:00Z");
const outcome = (variant: string | null, rule: string | null, used: number, at = NOW - (NOW % HOUR)) => ({
  variant,
  rule,
  used,
  requested: 0,
  points: [{ at: new Date(at).toISOString(), used, requested: 0 }],
});

it("begins so that the step of now is the last of the range", () => {
  expect(new Date(startOf("24h", NOW)).toISOString()).toBe("2026-11-27T15:00:00.000Z");
  expect(new Date(startOf("7d", NOW)).toISOString()).toBe("2026-11-21T15:00:00.000Z");
  expect(new Date(startOf("30d", NOW)).toISOString()).toBe("2026-10-30T00:00:00.000Z");
});

describe("the counts of each variant", () => {
  const steps = [NOW - (NOW % HOUR) - HOUR, NOW - (NOW % HOUR)];

  it("are added over rules by step, and are 0 for a variant that nobody got", () => {
    const outcomes = [outcome("on", "a", 2), outcome("on", null, 3, steps[0]), outcome(null, null, 1)];
    expect(countsByVariant({ outcomes }, "used", ["on", "off"], steps)).toEqual([
      { variant: "on", values: [3, 2], total: 5 },
      { variant: "off", values: [0, 0], total: 0 },
      { variant: "no variant", values: [0, 1], total: 1 },
    ]);
  });

  it("keep a variant that the flag no longer has", () => {
    const counts = countsByVariant({ outcomes: [outcome("old", null, 4)] }, "used", ["on"], steps);
    expect(counts.map(({ variant, total }) => [variant, total])).toEqual([
      ["on", 0],
      ["old", 4],
    ]);
  });
});

it("counts each rule: those of the flag, those that are gone, and everyone else", () => {
  const rules = [
    { id: "a", serve: { variant: "on" } },
    { id: "b", serve: { variant: "on" } },
  ];
  const outcomes = [outcome("on", "a", 2), outcome("off", "a", 1), outcome("on", "gone", 5), outcome("off", null, 7)];
  expect(countsByRule({ outcomes }, { rules }).map(({ rule, used, isGone }) => [rule, used, isGone])).toEqual([
    ["a", 3, false],
    ["b", 0, false],
    ["gone", 5, true],
    [null, 7, false],
  ]);
});
