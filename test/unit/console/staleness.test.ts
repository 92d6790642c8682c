import fc from "fast-check";
import { describe, test } from "vitest";
import type { Flag, Serve } from "../../../sdk/client/contract.ts";
import { onlyAnswerOf, STALE_DAYS, stalenessOf } from "../../../console/src/state/flags/staleness.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { FlagDocument, Serve as DocumentServe } from "../../../src/flags/document.ts";
import { document, input } from "../evaluation/arbitraries.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

function aFlag(changes: Partial<Flag> = {}): Flag {
  return {
    key: "f",
    type: "boolean",
    variants: { on: true, off: false },
    enabled: true,
    offVariant: "off",
    default: { variant: "on" },
    updatedAt: daysAgo(STALE_DAYS),
    ...changes,
  };
}

const rollout = (weights: [string, number][], more: object = {}): Serve => ({ rollout: { weights, ...more } });
const rule = (serve: Serve, more: object = {}) => ({ id: "r", serve, ...more });
const pro = { attribute: "plan", operator: "equals", values: ["pro"] } as const;
const condition = { when: { ...pro, values: [...pro.values] } };

describe("staleness", () => {
  test("a flag that serves one variant to everybody is stale after 30 days, not a moment before", ({ expect }) => {
    expect(stalenessOf(aFlag(), NOW)).toEqual({ days: 30, variant: "on" });
    expect(stalenessOf(aFlag(), NOW - 1)).toBeUndefined();
    expect(stalenessOf(aFlag({ updatedAt: undefined }), NOW)).toBeUndefined();
  });

  test("a switch is never stale: lying still is what it is for", ({ expect }) => {
    expect(stalenessOf(aFlag({ kind: "switch" }), NOW)).toBeUndefined();
  });

  const cases: [name: string, changes: Partial<Flag>, only: string | null | undefined][] = [
    [
      "off: the off variant, whatever the rules",
      { enabled: false, rules: [rule({ variant: "on" }, condition)] },
      "off",
    ],
    ["off without an off variant: the caller's default", { enabled: false, offVariant: null }, null],
    ["a rule that serves something else", { rules: [rule({ variant: "off" }, condition)] }, undefined],
    ["a rule that serves the same", { rules: [rule({ variant: "on" }, condition)] }, "on"],
    ["a rule for everybody: what follows does not count", { rules: [rule({ variant: "off" })] }, "off"],
    ["a prerequisite, unmet: the off variant", { prerequisites: [{ flag: "p", variants: ["on"] }] }, undefined],
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
    ["a part of everybody, the others get the off variant", { default: rollout([["on", 99_999]]) }, undefined],
    [
      "a ramp that is over",
      {
        default: rollout([["on", 100_000]], {
          ramp: { from: 0, to: 100_000, startAt: daysAgo(60), endAt: daysAgo(50) },
        }),
      },
      "on",
    ],
    [
      "a ramp that goes on",
      {
        default: rollout([["on", 100_000]], {
          ramp: { from: 0, to: 100_000, startAt: daysAgo(60), endAt: daysAgo(-5) },
        }),
      },
      undefined,
    ],
    ["a schedule that is over", { rules: [rule({ variant: "off" }, { until: daysAgo(40) })] }, "on"],
    ["a schedule that is to come", { rules: [rule({ variant: "off" }, { from: daysAgo(-5) })] }, undefined],
    ["a schedule that began and has no end", { rules: [rule({ variant: "off" }, { from: daysAgo(40) })] }, "off"],
    [
      "a sample that draws",
      {
        kind: "sample",
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
    [
      "a sample that always draws the same",
      { kind: "sample", default: { draw: { weights: [["on", 100_000]] } } },
      "on",
    ],
  ];
  for (const [name, changes, only] of cases) {
    test(name, ({ expect }) => {
      expect(onlyAnswerOf(aFlag(changes), NOW)).toEqual(only === undefined ? undefined : { variant: only });
    });
  }

  test("whom it names is who everybody with a key gets, for any flag and context", ({ expect }) => {
    fc.assert(
      fc.property(document, input, fc.string({ minLength: 1 }), (drawn, asked, targetingKey) => {
        const flag = byTargetingKey(drawn);
        const only = onlyAnswerOf(flag as unknown as Flag, asked.now);
        fc.pre(only !== undefined);
        const resolution = compileFlag(flag).evaluate({ ...asked, context: { ...asked.context, targetingKey } });
        if (resolution.reason !== "ERROR") expect(resolution.variant ?? null).toBe(only?.variant);
      }),
      { numRuns: 300 },
    );
  });
});

/** Rollouts go by an attribute that everybody has. */
function byTargetingKey(flag: FlagDocument): FlagDocument {
  const keyed = (serve: DocumentServe): DocumentServe =>
    "rollout" in serve ? { rollout: { ...serve.rollout, by: ["targetingKey"] } } : serve;
  return {
    ...flag,
    default: keyed(flag.default),
    rules: flag.rules.map((one) => ({ ...one, serve: keyed(one.serve) })),
  };
}
