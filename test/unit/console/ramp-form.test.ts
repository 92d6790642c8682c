import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  durationOf,
  endsOf,
  keepsSubjects,
  newRamp,
  pausedUntil,
  type RampedRollout,
  rampStateOf,
  stopAt,
  targetOf,
  withDuration,
  withEnds,
  withStart,
  withTarget,
} from "../../../console/src/ui/rollout/ramp-form.ts";
import type { Rollout } from "../../../sdk/client/contract.ts";
import { exposureAt } from "../../../sdk/words/share-at.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY = 86_400_000;
const VARIANTS = ["on", "off"];
const RAMP = { from: 0, to: 100_000, startAt: "2026-11-25T12:00:00Z", endAt: "2026-12-05T12:00:00Z" };

function rollout(weights: [string, number][], ramp?: RampedRollout["ramp"]): Rollout {
  return { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift", weights, ...(ramp && { ramp }) };
}

function ramped(weights: [string, number][], ramp = RAMP): RampedRollout {
  return rollout(weights, ramp) as RampedRollout;
}

/** The variants of a hundred people whom a default with this rollout serves. */
function servedBy(one: Rollout, now: number): string[] {
  const document = { schemaVersion: 1, key: "f", kind: "flag", type: "string", version: 1, clientVisible: true };
  const flag = compileFlag({
    ...document,
    metadata: {},
    variants: { on: "1", off: "0", other: "?" },
    enabled: true,
    offVariant: "off",
    rules: [],
    prerequisites: [],
    default: { rollout: one },
  } as unknown as FlagDocument);
  return Array.from({ length: 100 }, (_, i) => {
    const input = { context: { targetingKey: `user-${i}` }, request: {}, now, random: () => 0 };
    return (flag.evaluate(input) as { variant?: string }).variant ?? "";
  });
}

describe("a new ramp", () => {
  test("raises the variant that the rest does not get, from nothing to everybody in a week", () => {
    expect(
      newRamp(
        rollout([
          ["on", 0],
          ["off", 100_000],
        ]),
        VARIANTS,
        "off",
        NOW,
      ),
    ).toMatchObject({
      weights: [["on", 100_000]],
      ramp: { from: 0, to: 100_000, startAt: "2026-11-30T12:00:00Z", endAt: "2026-12-07T12:00:00Z" },
    });
    expect(
      newRamp(
        rollout([
          ["off", 0],
          ["on", 100_000],
        ]),
        VARIANTS,
        "on",
        NOW,
      ),
    ).toMatchObject({
      weights: [["off", 100_000]],
      ramp: { from: 0 },
    });
  });

  test("begins with the shares of now, so nobody gets another variant at once", () => {
    const weights = fc.integer({ min: 0, max: 100_000 }).map((on): [string, number][] => [
      ["on", on],
      ["off", 100_000 - on],
    ]);
    fc.assert(
      fc.property(weights, (shares) => {
        const before = rollout(shares);
        const after = newRamp(before, VARIANTS, "off", NOW);
        expect(endsOf(after).from).toBe(shares[0]?.[1]);
        expect(servedBy(after, NOW)).toEqual(servedBy(before, NOW));
      }),
      { numRuns: 30 },
    );
  });

  test("of several variants changes nothing until the person says what it changes", () => {
    const before = rollout([
      ["on", 20_000],
      ["other", 30_000],
      ["off", 50_000],
    ]);
    const after = newRamp(before, [...VARIANTS, "other"], "off", NOW);
    expect(after).toMatchObject({ weights: before.weights, ramp: { from: 100_000, to: 100_000 } });
    expect([targetOf(after), endsOf(after)]).toEqual([undefined, { from: 100_000, to: 100_000 }]);
  });

  test("says if it reaches other people than the share of now", () => {
    expect(
      keepsSubjects(
        rollout([
          ["off", 75_000],
          ["on", 25_000],
        ]),
        "on",
      ),
    ).toBe(false);
    expect(
      keepsSubjects(
        rollout([
          ["on", 25_000],
          ["off", 75_000],
        ]),
        "on",
      ),
    ).toBe(true);
    expect(
      keepsSubjects(
        rollout([
          ["off", 100_000],
          ["on", 0],
        ]),
        "on",
      ),
    ).toBe(true);
  });
});

describe("the fields of a ramp", () => {
  test("are shares of everybody, whatever the weight of its variant is", () => {
    const half = ramped([["on", 50_000]]);
    expect(endsOf(half)).toEqual({ from: 0, to: 50_000 });
    const changed = withEnds(half, { from: 10_000, to: 50_000 });
    expect([changed.weights, endsOf(changed)]).toEqual([[["on", 100_000]], { from: 10_000, to: 50_000 }]);
    expect(servedBy(changed, Date.UTC(2027, 0))).toEqual(servedBy(half, Date.UTC(2027, 0)));
  });

  test("keep their shares when another variant, or all of them, take their place", () => {
    const half = ramped([["on", 50_000]]);
    expect(withTarget(half, "off", VARIANTS)).toMatchObject({ weights: [["off", 100_000]], ramp: { to: 50_000 } });
    const all = withTarget(half, undefined, VARIANTS);
    expect(all.weights).toEqual([
      ["on", 50_000],
      ["off", 50_000],
    ]);
    expect(targetOf(all)).toBeUndefined();
  });

  test("keep the duration when the start moves", () => {
    expect(durationOf(RAMP)).toEqual({ count: 10, unit: "days" });
    expect(withStart(RAMP, "2026-12-01T00:00:00Z").endAt).toBe("2026-12-11T00:00:00Z");
    expect(withDuration(RAMP, { count: 1.5, unit: "hours" }).endAt).toBe("2026-11-25T13:30:00Z");
    expect(durationOf(withDuration(RAMP, { count: 1.5, unit: "hours" }))).toEqual({ count: 90, unit: "minutes" });
    expect(durationOf({ ...RAMP, startAt: "" })).toBeUndefined();
    expect(withStart(RAMP, "")).toMatchObject({ startAt: "", endAt: RAMP.endAt });
  });
});

describe("a ramp that is under way", () => {
  test("knows its state", () => {
    const states = ["2026-11-24", "2026-11-26", "2026-12-06"].map((at) => rampStateOf(RAMP, Date.parse(at)));
    expect(states).toEqual(["waiting", "moving", "over"]);
  });

  test("keeps its share during a pause, and then takes the time that it had left", () => {
    const paused = pausedUntil(ramped([["on", 100_000]]), NOW, NOW + DAY);
    expect(paused.ramp).toEqual({
      from: 50_000,
      to: 100_000,
      startAt: "2026-12-01T12:00:00Z",
      endAt: "2026-12-06T12:00:00Z",
    });
    expect(exposureAt(paused.ramp, NOW + DAY / 2).exposure).toBe(50_000);
  });

  test.each<[string, [string, number][]]>([
    ["one variant", [["on", 100_000]]],
    ["half of one variant", [["on", 50_000]]],
    [
      "several variants",
      [
        ["on", 40_000],
        ["other", 60_000],
      ],
    ],
  ])("stops without another variant for anybody, for good: %s", (_, weights) => {
    const before = ramped(weights);
    const { exposure } = exposureAt(RAMP, NOW);
    const stopped = stopAt(before, exposure, { isDefault: true, rest: "off" });
    expect(servedBy(stopped, NOW)).toEqual(servedBy(before, NOW));
    expect(servedBy(stopped, NOW + 365 * DAY)).toEqual(servedBy(before, NOW));
    const finished = stopAt(before, RAMP.to, { isDefault: true, rest: "off" });
    expect(servedBy(finished, NOW)).toEqual(servedBy(before, NOW + 365 * DAY));
  });

  test("becomes plain shares if it can, also in a rule, where the rest goes on", () => {
    const before = ramped([["on", 100_000]]);
    expect(stopAt(before, 50_000, { isDefault: true, rest: "off" })).toEqual(
      rollout([
        ["on", 50_000],
        ["off", 50_000],
      ]),
    );
    expect(stopAt(before, 50_000, { isDefault: false, rest: "off" })).toEqual(rollout([["on", 50_000]]));
    expect(stopAt(before, 100_000, { isDefault: true, rest: "off" })).toEqual(rollout([["on", 100_000]]));
    expect(stopAt(before, 50_000, { isDefault: true, rest: undefined }).ramp).toMatchObject({
      from: 50_000,
      to: 50_000,
    });
  });
});
