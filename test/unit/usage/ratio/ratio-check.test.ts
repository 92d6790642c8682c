import { describe, expect, test } from "vitest";
import type { FlagConfiguration, Rollout, Serve } from "../../../../src/flags/document.ts";
import { checkRatios as checkRatiosFrom, type OutcomeCount } from "../../../../src/usage/ratio/ratio-check.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

const HALVES: Rollout["weights"] = [
  ["on", 50_000],
  ["off", 50_000],
];

const rollout = (weights = HALVES, more: Partial<Rollout> = {}): Serve => ({
  rollout: { by: ["targetingKey"], salt: "banner", hash: "murmur3-mulshift", weights, ...more },
});

const flag = (more: Partial<FlagConfiguration> = {}): FlagConfiguration => ({
  enabled: true,
  offVariant: "off",
  default: rollout(),
  rules: [],
  prerequisites: [],
  ...more,
});

const counts = (byVariant: Record<string, number>, rule: string | null = null): OutcomeCount[] =>
  Object.entries(byVariant).map(([variant, count]) => ({ rule, variant, count }));

const FROM = Date.parse("2026-06-01T00:00:00Z");

const checkRatios = (configuration: FlagConfiguration, all: readonly OutcomeCount[]) =>
  checkRatiosFrom(configuration, all, FROM);

describe("a split", () => {
  test("that agrees with its weights is as configured", () => {
    expect(checkRatios(flag(), counts({ on: 5040, off: 4960 }))).toEqual([
      {
        rule: null,
        verdict: "as_configured",
        count: 10_000,
        variants: [
          { variant: "on", share: 0.5, countedShare: 0.504, count: 5040, expected: 5000 },
          { variant: "off", share: 0.5, countedShare: 0.496, count: 4960, expected: 5000 },
        ],
        unexpected: [],
        chiSquared: 0.64,
        degreesOfFreedom: 1,
        pValue: expect.closeTo(0.4237, 4) as number,
        message:
          "The split agrees with the configured one: the probability that chance alone makes a split at least as uneven is 0.424.",
      },
    ]);
  });

  test("of a published experiment with a mismatch differs", () => {
    // Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments, chapter 21, scenario 1.
    const [check] = checkRatios(flag(), counts({ on: 821_588, off: 815_482 }));
    expect(check).toMatchObject({ verdict: "differs", pValue: expect.closeTo(1.8e-6, 7) as number });
    expect(check!.message).toContain("The split differs from the configured one");
    expect(check!.message).toContain("Possible causes: bots or retries");
  });

  test("with three uneven weights has two degrees of freedom", () => {
    const weights: Rollout["weights"] = [
      ["a", 70_000],
      ["b", 20_000],
      ["c", 10_000],
    ];
    const [check] = checkRatios(flag({ default: rollout(weights) }), counts({ a: 7000, b: 2000, c: 1000 }));
    expect(check).toMatchObject({ verdict: "as_configured", degreesOfFreedom: 2, chiSquared: 0, pValue: 1 });
  });

  test("compares the shares of those whom a partial rollout or a ramp serves", () => {
    const ramp = { from: 0, to: 100_000, startAt: "2026-01-01T00:00:00Z", endAt: "2027-01-01T00:00:00Z" };
    const weights: Rollout["weights"] = [
      ["on", 10_000],
      ["off", 30_000],
      ["on", 10_000],
      ["never", 0],
    ];
    const rules = [{ id: "ramp", serve: rollout(weights, { ramp }) }];
    const [check] = checkRatios(flag({ rules }), counts({ on: 400, off: 600 }, "ramp"));
    expect(check).toMatchObject({
      variants: [
        { variant: "on", share: 0.4, expected: 400 },
        { variant: "off", share: 0.6, expected: 600 },
      ],
      verdict: "as_configured",
    });
  });

  test("that differs and has the off variant may have counted evaluations without a subject", () => {
    const messageOf = (more: Partial<FlagConfiguration>) =>
      checkRatios(flag(more), counts({ on: 400, off: 600 })).at(-1)!.message;
    expect(messageOf({})).toContain("without the attribute that splits the subjects");
    expect(messageOf({ offVariant: null })).not.toContain("without the attribute");
  });

  test.for<[string, Partial<Rollout["ramp"]>, string, Partial<FlagConfiguration>]>([
    ["leaves some out", {}, "not_checked", {}],
    ["has ended since the counts began", { endAt: "2026-06-01T00:00:01Z" }, "not_checked", {}],
    ["ended before the counts began", { endAt: "2026-06-01T00:00:00Z" }, "differs", {}],
    ["ends below everyone", { to: 99_999, endAt: "2026-02-01T00:00:00Z" }, "not_checked", {}],
    ["serves everyone all the time", { from: 100_000 }, "differs", {}],
    ["leaves some out, and is not the off variant's", {}, "differs", { offVariant: null }],
  ])("of the default whose ramp %s", ([, own, verdict, more], { expect }) => {
    const ramp = { from: 0, to: 100_000, startAt: "2026-01-01T00:00:00Z", endAt: "2027-01-01T00:00:00Z", ...own };
    const [check] = checkRatios(flag({ default: rollout(HALVES, { ramp }), ...more }), counts({ on: 300, off: 700 }));
    expect(check).toMatchObject({ verdict });
    if (verdict === "not_checked") expect(check!.message).toContain("that its ramp did not serve");
  });

  test("needs five expected counts of each variant", () => {
    const weights: Rollout["weights"] = [
      ["on", 1000],
      ["off", 99_000],
    ];
    const configuration = flag({ default: rollout(weights) });
    const [few] = checkRatios(configuration, counts({ on: 0, off: 499 }));
    expect(few).toMatchObject({
      verdict: "too_few",
      pValue: null,
      message: expect.stringContaining("499. The check needs at least 500"),
    });
    expect(checkRatios(configuration, counts({ on: 0, off: 500 }))[0]).toMatchObject({ verdict: "as_configured" });
    expect(checkRatios(configuration, [])[0]).toMatchObject({
      verdict: "too_few",
      variants: [{ countedShare: null }, { countedShare: null }],
    });
  });

  test("leaves out and names variants that it does not have, and the caller's default", () => {
    const all = [...counts({ on: 500, off: 500, old: 300 }), { rule: null, variant: null, count: 99 }];
    const [check] = checkRatios(flag(), all);
    expect(check).toMatchObject({
      verdict: "as_configured",
      count: 1000,
      unexpected: [{ variant: "old", count: 300 }],
    });
    expect(check!.message).toContain("left out: old (300)");
  });

  test("is judged at a probability of 0.001", () => {
    // The critical value for one degree of freedom is 10.828.
    const verdictOf = (on: number) => checkRatios(flag(), counts({ on, off: 10_000 - on }))[0]!.verdict;
    expect([verdictOf(5164), verdictOf(5165), verdictOf(4836), verdictOf(4835)]).toEqual([
      "as_configured",
      "differs",
      "as_configured",
      "differs",
    ]);
  });

  test("of independent draws is called different about once in a thousand checks", () => {
    const random = seededRandom(7);
    let different = 0;
    for (let check = 0; check < 5000; check++) {
      let on = 0;
      for (let i = 0; i < 400; i++) if (random() < 0.5) on++;
      if (checkRatios(flag(), counts({ on, off: 400 - on }))[0]!.verdict === "differs") different++;
    }
    expect(different).toBeGreaterThan(0);
    expect(different).toBeLessThan(15);
  });
});

describe("a flag", () => {
  const partial = { id: "beta", serve: rollout([["on", 10_000]]) };

  test("has one check for each rule with a split, by the rule's own counts", () => {
    const rules = [
      { id: "fixed", serve: { variant: "on" } },
      { id: "split", serve: rollout(HALVES, { salt: "other" }) },
    ];
    const all = [...counts({ on: 900, off: 100 }, "split"), ...counts({ on: 500, off: 500 })];
    expect(checkRatios(flag({ rules }), all).map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ["split", "differs"],
      [null, "as_configured"],
    ]);
  });

  test("checks draws of samples", () => {
    const draw: Serve = { draw: { weights: HALVES } };
    expect(checkRatios(flag({ default: draw }), counts({ on: 900, off: 100 }))[0]).toMatchObject({
      verdict: "differs",
    });
  });

  test.for<[string, Partial<FlagConfiguration>, string]>([
    ["is disabled", { enabled: false }, "The flag is disabled"],
    ["has a prerequisite", { prerequisites: [{ flag: "shop", variants: ["on"] }] }, "whose prerequisite was not met"],
    ["has an earlier partial rollout with the same salt", { rules: [partial] }, 'the rollout of rule "beta"'],
    [
      "has an earlier condition on the same buckets",
      {
        rules: [
          {
            id: "tenth",
            when: {
              all: [
                {
                  not: { bucket: { by: ["targetingKey"], salt: "banner", hash: "murmur3-mulshift", ranges: [[0, 9]] } },
                },
              ],
            },
            serve: { variant: "on" },
          },
        ],
      },
      'a condition of rule "tenth"',
    ],
  ])("that %s is not checked, and says why", ([, more, reason]) => {
    expect(checkRatios(flag(more), counts({ on: 900, off: 100 })).at(-1)).toMatchObject({
      verdict: "not_checked",
      pValue: null,
      message: expect.stringContaining(reason),
    });
  });

  test.for<[string, FlagConfiguration["rules"]]>([
    ["full rollout with the same salt", [{ id: "all", when: { segment: "staff" }, serve: rollout() }]],
    ["partial rollout with another salt", [{ id: "beta", serve: rollout([["on", 9]], { salt: "beta" }) }]],
    ["partial rollout with another hash", [{ id: "beta", serve: rollout([["on", 9]], { hash: "launchdarkly-1" }) }]],
  ])("with an earlier %s is checked", ([, rules]) => {
    expect(checkRatios(flag({ rules }), counts({ on: 900, off: 100 })).at(-1)).toMatchObject({ verdict: "differs" });
  });
});
