import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RampedRollout } from "../../../console/src/ui/rollout/ramp-form.ts";
import { rulesOfSteps, type Step, stepsOf } from "../../../console/src/ui/rollout/ramp-steps.ts";

const START = Date.parse("2026-12-01T09:00:00Z");
const END = Date.parse("2026-12-07T09:00:00Z");

function ramped(from: number, to: number): RampedRollout {
  const ramp = { from, to, startAt: "2026-12-01T09:00:00Z", endAt: "2026-12-07T09:00:00Z" };
  return { by: ["targetingKey"], salt: "f", weights: [["on", 100_000]], ramp } as RampedRollout;
}

/** The share that the steps serve at an instant. */
function shareAt(steps: readonly Step[], at: number): number {
  const active = steps.filter(
    ({ from, until }) =>
      (from === undefined || Date.parse(from) <= at) && (until === undefined || at < Date.parse(until)),
  );
  expect(active.length).toBeLessThanOrEqual(1);
  return active[0]?.rollout.weights[0]?.[1] ?? 0;
}

describe("a ramp in steps", () => {
  test("waits at 5%, 25% and 50%, and ends at its last share when the ramp would", () => {
    const steps = stepsOf(ramped(0, 100_000), START) ?? [];
    expect(steps.map(({ from, until, rollout }) => [from, until, rollout.weights])).toEqual([
      ["2026-12-01T09:00:00Z", "2026-12-03T09:00:00Z", [["on", 5000]]],
      ["2026-12-03T09:00:00Z", "2026-12-05T09:00:00Z", [["on", 25_000]]],
      ["2026-12-05T09:00:00Z", "2026-12-07T09:00:00Z", [["on", 50_000]]],
      ["2026-12-07T09:00:00Z", undefined, [["on", 100_000]]],
    ]);
    expect(steps.every(({ rollout }) => rollout.salt === "f" && rollout.ramp === undefined)).toBe(true);
  });

  test("serves the ramp's own shares before its start and after its end, and never leaves its way", () => {
    const share = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(share, share, fc.integer({ min: START - 1000, max: END + 1000 }), (from, to, at) => {
        fc.pre(from !== to);
        const steps = stepsOf(ramped(from, to), START - 1) ?? [];
        expect(shareAt(steps, START - 1)).toBe(from);
        expect(shareAt(steps, END)).toBe(to);
        const direction = Math.sign(to - from);
        expect(Math.sign(shareAt(steps, at + 1000) - shareAt(steps, at))).not.toBe(-direction);
      }),
    );
  });

  test("first rests at its share of now if it is under way, so nobody loses the variant", () => {
    const steps = stepsOf(ramped(0, 100_000), Date.parse("2026-12-03T09:00:00Z")) ?? [];
    expect(steps.map(({ from, until, rollout }) => [from, until, rollout.weights[0]?.[1]])).toEqual([
      ["2026-12-03T09:00:00Z", "2026-12-05T09:00:00Z", 33_333],
      ["2026-12-05T09:00:00Z", "2026-12-07T09:00:00Z", 50_000],
      ["2026-12-07T09:00:00Z", undefined, 100_000],
    ]);
    expect(stepsOf(ramped(0, 100_000), END)).toBeUndefined();
  });

  test("cannot move several variants, or without a time", () => {
    const several = {
      ...ramped(0, 100_000),
      weights: [
        ["on", 50_000],
        ["off", 50_000],
      ],
    } as RampedRollout;
    expect(stepsOf(several, START)).toBeUndefined();
    const ramp = { from: 0, to: 100_000, startAt: "", endAt: "" };
    expect(stepsOf({ ...ramped(0, 100_000), ramp }, START)).toBeUndefined();
  });

  test("become rules with one condition and different ids, and the last one keeps the rule's id", () => {
    const when = { attribute: "country", operator: "equals" as const, values: ["NL"] };
    const rule = { id: "nl", when, serve: { rollout: ramped(0, 100_000) } };
    const rules = rulesOfSteps(rule, stepsOf(ramped(0, 100_000), START) ?? [], []);
    expect(rules.map(({ id }) => id)).toEqual(["nl-step-1", "nl-step-2", "nl-step-3", "nl"]);
    expect(rules.every((one) => one.when === when)).toBe(true);
  });
});
