import fc from "fast-check";
import { describe, test } from "vitest";
import { scheduleOf } from "../../../src/delivery/watch/flag-schedule.ts";
import { flagSetOf } from "../../../src/delivery/read/flag-set.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import type { Serve } from "../../../src/flags/document.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

const boundariesOf = (flags: CompiledFlag[]) => scheduleOf(flagSetOf(flags), 1).all;
const switchAt = (ms: number, clientVisible = true) =>
  compileFlag(aFlagDocument("f", 1, { clientVisible, rules: [{ id: "r", from: iso(ms), serve: { variant: "on" } }] }));

function rampOver(start: number, end: number, extra: number[] = []) {
  const serve: Serve = {
    rollout: {
      by: ["targetingKey"],
      salt: "s",
      hash: "murmur3-mulshift",
      weights: [["on", 100_000]],
      ramp: { from: 0, to: 100_000, startAt: iso(start), endAt: iso(end) },
    },
  };
  const rules = extra.map((ms, i) => ({ id: `r${i}`, from: iso(ms), serve: { variant: "on" } }));
  return compileFlag(aFlagDocument("f", 1, { rules: [...rules, { id: "ramp", serve }] }));
}

describe("the schedule of an environment", () => {
  test("without scheduled flags has no boundary", ({ expect }) => {
    expect(boundariesOf([compileFlag(aFlagDocument("f"))]).after(0)).toBe(Number.POSITIVE_INFINITY);
    expect(boundariesOf([]).after(Number.NEGATIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  test("has the boundaries of hidden flags only for keys that see them", ({ expect }) => {
    const { all, clientVisible } = scheduleOf(flagSetOf([switchAt(1000, false), switchAt(2000)]), 1);
    expect([all.after(0), clientVisible.after(0)]).toEqual([1000, 2000]);
  });

  test("has a boundary every minute of a ramp, at each switch in it, and at its end", ({ expect }) => {
    const boundaries = boundariesOf([rampOver(10 * MINUTE, 13 * MINUTE + 1, [11.5 * MINUTE])]);
    const times: number[] = [];
    for (let at = 0; Number.isFinite(at) && times.length < 20;) times.push((at = boundaries.after(at)));
    expect(times.slice(0, -1).map((ms) => ms / MINUTE)).toEqual([10, 11, 11.5, 12.5, 13 + 1 / MINUTE]);
    expect(times.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is that of its flags, in whatever order the times are asked for", ({ expect }) => {
    const time = fc.integer({ min: 0, max: 20 }).map((n) => n * 10_000);
    const flag = fc.oneof(
      time.map((ms) => switchAt(ms)),
      fc
        .tuple(time, time, fc.array(time, { maxLength: 2 }))
        .map(([a, b, extra]) => rampOver(Math.min(a, b), Math.max(a, b) + 5, extra)),
    );
    const asked = fc.array(fc.oneof(time, fc.integer({ min: -10, max: 220_000 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 4 }), asked, (flags, times) => {
        const boundaries = boundariesOf(flags);
        for (const at of times) {
          const each = flags.map(({ nextBoundary }) => nextBoundary(at, MINUTE) ?? Number.POSITIVE_INFINITY);
          expect(boundaries.after(at)).toBe(Math.min(...each));
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
