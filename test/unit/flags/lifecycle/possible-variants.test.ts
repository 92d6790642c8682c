import fc from "fast-check";
import { describe, test } from "vitest";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import type { FlagDocument, Serve } from "../../../../src/flags/document.ts";
import {
  lastBoundary,
  onlyVariantOf,
  type ServingConfiguration,
} from "../../../../src/flags/lifecycle/possible-variants.ts";
import { document, input } from "../../evaluation/arbitraries.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

function aFlag(changes: Partial<ServingConfiguration> = {}): ServingConfiguration {
  return {
    enabled: true,
    offVariant: "off",
    default: { variant: "on" },
    rules: [],
    prerequisites: [],
    ...changes,
  };
}

const rollout = (weights: [string, number][], more: object = {}): Serve => ({
  rollout: { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift", weights, ...more },
});
const rule = (serve: Serve, more: object = {}) => ({ id: "r", serve, ...more });
const pro = { attribute: "plan", operator: "equals", values: ["pro"] } as const;
const condition = { when: pro };

/** Three of four flags serve only `on`. Most of the others serve several variants, which this property skips. */
const aDrawnFlag = fc.tuple(document, fc.nat(3)).map(([drawn, kind]) => {
  const flag = mapServes(drawn, byTargetingKey);
  return kind === 0 ? flag : { ...mapServes(flag, onlyOn), offVariant: flag.offVariant === null ? null : "on" };
});

describe("the only variant", () => {
  const cases: [name: string, changes: Partial<ServingConfiguration>, only: string | null | undefined][] = [
    [
      "off: the off variant, regardless of the rules",
      { enabled: false, rules: [rule({ variant: "on" }, condition)] },
      "off",
    ],
    ["off without an off variant: the code default", { enabled: false, offVariant: null }, null],
    ["a rule that serves something else", { rules: [rule({ variant: "off" }, condition)] }, undefined],
    ["a rule that serves the same", { rules: [rule({ variant: "on" }, condition)] }, "on"],
    ["a rule for everyone: later rules do not count", { rules: [rule({ variant: "off" })] }, "off"],
    ["a prerequisite: the off variant is possible", { prerequisites: [{ flag: "p", variants: ["on"] }] }, undefined],
    [
      "a split",
      {
        default: rollout([
          ["on", 50_000],
          ["off", 50_000],
        ]),
      },
      undefined,
    ],
    [
      "a split of 100 to 0",
      {
        default: rollout([
          ["on", 100_000],
          ["off", 0],
        ]),
      },
      "on",
    ],
    ["a partial rollout: the off variant is possible", { default: rollout([["on", 99_999]]) }, undefined],
    [
      "a ramp in the past",
      {
        default: rollout([["on", 100_000]], {
          ramp: { from: 0, to: 100_000, startAt: daysAgo(60), endAt: daysAgo(50) },
        }),
      },
      "on",
    ],
    [
      "a ramp under way",
      {
        default: rollout([["on", 100_000]], {
          ramp: { from: 0, to: 100_000, startAt: daysAgo(60), endAt: daysAgo(-5) },
        }),
      },
      undefined,
    ],
    [
      "a recurring window",
      {
        rules: [rule({ variant: "off" }, { during: [{ timezone: "UTC", days: ["mon"], from: "09:00", to: "17:00" }] })],
      },
      undefined,
    ],
    ["a schedule in the past", { rules: [rule({ variant: "off" }, { until: daysAgo(40) })] }, "on"],
    ["a schedule in the future", { rules: [rule({ variant: "off" }, { from: daysAgo(-5) })] }, undefined],
    ["a schedule that has started and has no end", { rules: [rule({ variant: "off" }, { from: daysAgo(40) })] }, "off"],
    [
      "a sample that draws",
      {
        default: {
          draw: {
            weights: [
              ["on", 10_000],
              ["off", 90_000],
            ],
          },
        },
      },
      undefined,
    ],
    ["a sample that always draws one variant", { default: { draw: { weights: [["on", 100_000]] } } }, "on"],
  ];
  for (const [name, changes, only] of cases) {
    test(name, ({ expect }) => {
      expect(onlyVariantOf(aFlag(changes), NOW)).toBe(only);
    });
  }

  test("the last boundary is the last schedule or end of a ramp that has passed", ({ expect }) => {
    const ramp = (endAt: string) => ({ ramp: { from: 0, to: 100_000, startAt: daysAgo(90), endAt } });
    const rules = [
      rule({ variant: "on" }, { from: daysAgo(40), until: daysAgo(-3) }),
      rule(rollout([["on", 100_000]], ramp(daysAgo(20)))),
    ];
    expect(lastBoundary(aFlag({ rules }), NOW)).toBe(Date.parse(daysAgo(20)));
    expect(lastBoundary(aFlag({ rules, default: rollout([["on", 1]], ramp(daysAgo(10))) }), NOW)).toBe(
      Date.parse(daysAgo(10)),
    );
    expect(lastBoundary(aFlag(), NOW)).toBe(0);
  });

  test("every context with a key gets the only variant, for any flag", ({ expect }) => {
    fc.assert(
      fc.property(aDrawnFlag, input, fc.string({ minLength: 1 }), (flag, given, targetingKey) => {
        const only = onlyVariantOf(flag, given.now);
        fc.pre(only !== undefined);
        const resolution = compileFlag(flag).evaluate({ ...given, context: { ...given.context, targetingKey } });
        if (resolution.reason !== "ERROR") expect(resolution.variant ?? null).toBe(only);
      }),
      { numRuns: 300 },
    );
  });
});

/** Rollouts go by an attribute that every context has. */
function byTargetingKey(serve: Serve): Serve {
  return "rollout" in serve ? { rollout: { ...serve.rollout, by: ["targetingKey"] } } : serve;
}

function onlyOn(serve: Serve): Serve {
  if ("variant" in serve || "error" in serve) return { variant: "on" };
  const { weights } = "draw" in serve ? serve.draw : serve.rollout;
  const on = weights.map(([, weight]): [string, number] => ["on", weight]);
  return "draw" in serve ? { draw: { weights: on } } : { rollout: { ...serve.rollout, weights: on } };
}

function mapServes(flag: FlagDocument, map: (serve: Serve) => Serve): FlagDocument {
  const rules = flag.rules.map((one) => ({ ...one, serve: map(one.serve) }));
  return { ...flag, default: map(flag.default), rules };
}
