import { describe, expect, it } from "vitest";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import { withResultCache } from "../../../bench/result-cache/result-cache.ts";
import type { CompiledFlag, EvaluationInput } from "../../../src/evaluation/types.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const START = Date.parse("2026-11-21T00:00:00Z");

function aDocument(changes: Partial<FlagDocument> = {}): FlagDocument {
  return aFlagDocument("checkout", 1, {
    default: { variant: "off" },
    rules: [{ id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "on" } }],
    ...changes,
  });
}

/** Returns a flag with a result cache, and a counter of its real evaluations. */
function counted(document: FlagDocument, maxEntries = 100) {
  const flag = compileFlag(document);
  const counter = { evaluations: 0 };
  const counting: CompiledFlag = {
    ...flag,
    document: () => flag.document(),
    evaluate: (input) => {
      counter.evaluations++;
      return flag.evaluate(input);
    },
  };
  return { flag: withResultCache(counting, maxEntries), counter };
}

const input = (plan: string, changes: Partial<EvaluationInput> = {}): EvaluationInput => ({
  context: { targetingKey: "u1", plan },
  request: {},
  now: START,
  random: () => 0.1,
  ...changes,
});

describe("withResultCache", () => {
  it("evaluates equal contexts once and different ones separately", () => {
    const { flag, counter } = counted(aDocument());
    expect(flag.evaluate(input("pro"))).toMatchObject({ variant: "on" });
    expect(flag.evaluate(input("pro"))).toMatchObject({ variant: "on" });
    expect(flag.evaluate(input("free"))).toMatchObject({ variant: "off" });
    expect(counter.evaluations).toBe(2);
  });

  it("distinguishes requests if the flag reads the request", () => {
    const { flag } = counted(
      aDocument({
        rules: [
          {
            id: "de",
            when: { attribute: "request.country", operator: "equals", values: ["DE"] },
            serve: { variant: "on" },
          },
        ],
      }),
    );
    expect(flag.evaluate(input("pro", { request: { country: "DE" } }))).toMatchObject({ variant: "on" });
    expect(flag.evaluate(input("pro", { request: { country: "FR" } }))).toMatchObject({ variant: "off" });
  });

  it("evaluates again after a schedule's boundary, and before it if the clock is behind", () => {
    const { flag } = counted(
      aDocument({ rules: [{ id: "later", from: "2026-11-22T00:00:00Z", serve: { variant: "on" } }] }),
    );
    const boundary = START + 86_400_000;
    expect(flag.evaluate(input("pro", { now: boundary - 1 }))).toMatchObject({ variant: "off" });
    expect(flag.evaluate(input("pro", { now: boundary }))).toMatchObject({ variant: "on" });
    expect(flag.evaluate(input("pro", { now: boundary - 1 }))).toMatchObject({ variant: "off" });
  });

  it("caches nothing while a ramp runs", () => {
    const { flag, counter } = counted(
      aDocument({
        rules: [],
        default: {
          rollout: {
            by: ["targetingKey"],
            salt: "s",
            hash: "murmur3-mulshift",
            weights: [["on", 100_000]],
            ramp: { from: 0, to: 100_000, startAt: "2026-11-01T00:00:00Z", endAt: "2026-12-01T00:00:00Z" },
          },
        },
      }),
    );
    flag.evaluate(input("pro"));
    flag.evaluate(input("pro"));
    expect(counter.evaluations).toBe(2);
  });

  it("draws a new sample on every call", () => {
    const { flag } = counted(
      aDocument({
        kind: "sample",
        rules: [],
        default: {
          draw: {
            weights: [
              ["on", 50_000],
              ["off", 50_000],
            ],
          },
        },
      }),
    );
    expect(flag.evaluate(input("pro", { random: () => 0.1 }))).toMatchObject({ variant: "on" });
    expect(flag.evaluate(input("pro", { random: () => 0.9 }))).toMatchObject({ variant: "off" });
  });

  it("keeps at most the given number of entries", () => {
    const { flag, counter } = counted(aDocument(), 1);
    flag.evaluate(input("pro"));
    flag.evaluate(input("free"));
    flag.evaluate(input("pro"));
    expect(counter.evaluations).toBe(3);
  });
});
