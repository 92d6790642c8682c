import { beforeEach, describe, it } from "vitest";
import { Judge } from "../../../../bench/simulate/judge/judge.ts";
import { Propagation } from "../../../../bench/simulate/judge/propagation.ts";
import { Truth } from "../../../../bench/simulate/judge/truth.ts";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import { flagSetOf } from "../../../../src/delivery/read/flag-set.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";

const SECOND = 1000;

/** A flag that serves a number. */
function flagOf(key: string, value: number) {
  return compileFlag(aFlagDocument(key, 1, { type: "integer", variants: { on: value, off: -1 } }));
}

describe("the judge of the simulation", () => {
  let truth: Truth;
  let propagation: Propagation;
  let judge: Judge;

  beforeEach(() => {
    truth = new Truth(0);
    truth.record(new Map([["a", 1]]), 0);
    truth.record(
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      10 * SECOND,
    );
    truth.record(
      new Map([
        ["a", 3],
        ["b", 2],
      ]),
      20 * SECOND,
    );
    propagation = new Propagation({ firstVersion: 2, changes: 2, dataCentres: 2 });
    const input = { context: {}, request: {}, now: 0, random: () => 0.5 };
    judge = new Judge({ truth, propagation, allowedMs: 2 * SECOND, startAt: 0, input });
  });

  const asked = (seconds: number, seen = 0, dataCentre = 0) => ({
    dataCentre,
    isolate: "i",
    seen,
    at: seconds * SECOND,
  });
  const result = <V>(version: number, value: V, isStale = false) => ({
    value,
    version,
    tier: "L1" as const,
    isStale,
    ageSeconds: 0,
    keys: {},
  });

  it("accepts the value of the claimed version", ({ expect }) => {
    judge.flag(asked(15), "a", result(2, flagOf("a", 1)));
    judge.flag(asked(25), "a", result(3, flagOf("a", 3)));
    judge.flag(asked(25), "nothing", result(3, null));
    judge.all(asked(25), result(3, flagSetOf([flagOf("a", 3), flagOf("b", 2)])));
    expect(judge.findings).toMatchObject({ responses: 4, wrong: 0, tooOld: 0, oldestMs: 0, byTier: { L1: 4 } });
  });

  it("finds a value of another version, and a version that does not exist", ({ expect }) => {
    judge.flag(asked(25), "a", result(3, flagOf("a", 1)));
    judge.flag(asked(25), "b", result(1, flagOf("b", 2)));
    judge.flag(asked(25), "b", result(3, null));
    judge.flag(asked(25), "a", result(4, flagOf("a", 3)));
    expect(judge.findings.wrong).toBe(4);
  });

  it("finds a flag that is missing from all flags", ({ expect }) => {
    judge.all(asked(25), result(3, flagSetOf([flagOf("a", 3)])));
    expect(judge.findings.wrong).toBe(1);
  });

  it("finds a response older than an earlier one of its isolate, unless it is marked stale", ({ expect }) => {
    judge.flag(asked(21, 3), "a", result(2, flagOf("a", 1)));
    judge.flag(asked(21, 3), "a", result(2, flagOf("a", 1), true));
    expect(judge.findings).toMatchObject({ wrong: 1, markedStale: 1 });
  });

  it("allows an old value only for a while after the commit of the next", ({ expect }) => {
    judge.flag(asked(21.9), "a", result(2, flagOf("a", 1)));
    expect(judge.findings).toMatchObject({ wrong: 0, tooOld: 0, oldestMs: 1900 });
    judge.flag(asked(22.1), "a", result(2, flagOf("a", 1)));
    // The version is as old, but no change of the flag is missing.
    judge.flag(asked(22.1), "b", result(2, flagOf("b", 2)));
    expect(judge.findings).toMatchObject({ wrong: 0, tooOld: 1, oldestMs: 2100 });
    expect(judge.findings.described).toHaveLength(1);
  });

  it("counts requests that get no value by their error", ({ expect }) => {
    judge.refused(asked(1), new TypeError("no"));
    judge.flag(asked(1), "a", undefined);
    expect(judge.findings).toMatchObject({ responses: 0, refused: { TypeError: 1, Error: 1 } });
  });

  it("measures the time to the last old and the first new response of each data centre", ({ expect }) => {
    judge.flag(asked(10.4), "a", result(1, flagOf("a", 1)));
    judge.flag(asked(10.6), "a", result(2, flagOf("a", 1)));
    judge.flag(asked(10.9), "a", result(1, flagOf("a", 1)));
    judge.flag(asked(14, 0, 1), "a", result(2, flagOf("a", 1)));
    judge.flag(asked(21, 0, 1), "a", result(1, flagOf("a", 1)));
    const { lastOld, firstNew, everywhere } = propagation.result();
    // Data centre 1 was without the change of version 2 for 11 s, and without that of version 3 for one.
    expect(lastOld).toMatchObject({ count: 3, p50: 1000, max: 11_000 });
    expect([firstNew.count, Math.round(firstNew.p50), firstNew.max]).toEqual([2, 600, 4000]);
    expect(everywhere).toMatchObject({ count: 2, p50: 1000, max: 11_000 });
  });

  it("does not count a response to a request from before the commit as old", ({ expect }) => {
    judge.flag(asked(19.9), "a", result(2, flagOf("a", 1)));
    expect(propagation.result().lastOld.count).toBe(0);
  });
});
