import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Configuration, Rollout, Rule } from "../../../sdk/client/contract.ts";
import { servedChanges, servedText } from "../../../sdk/words/served.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import { document, input } from "../evaluation/arbitraries.ts";

const ZONE = { zone: "Europe/Berlin" };
const NOW = Date.UTC(2026, 10, 30, 12);
const DAY = 86_400_000;

type Parts = Omit<Partial<Configuration>, "rules"> & { rules?: Partial<Rule>[] };

function served(parts: Parts, at = NOW): { now: string; later: string | undefined } {
  const { rules = [], ...rest } = parts;
  const flag: Configuration = {
    enabled: true,
    offVariant: "off",
    default: { variant: "off" },
    ...rest,
    rules: rules.map((rule, i) => ({ id: `r${i}`, serve: { variant: "on" }, ...rule })),
  };
  return servedText(flag, at, ZONE);
}

function rollout(weights: [string, number][], parts: Partial<Rollout> = {}): { rollout: Rollout } {
  return { rollout: { by: ["targetingKey"], weights, ...parts } };
}

const country = (...values: string[]) => ({ attribute: "country", operator: "in" as const, values });
const RAMP = { from: 0, to: 100_000, startAt: "2026-11-30T00:00:00Z", endAt: "2026-12-10T00:00:00Z" };

describe("the sentence for now", () => {
  test("is one outcome for everyone without rules", () => {
    expect(served({}).now).toBe("off for everyone");
    expect(served({ default: { variant: null } }).now).toBe("the code default for everyone");
    expect(served({ default: { error: "GENERAL" } }).now).toBe("the error GENERAL for everyone");
    expect(served({ default: { variant: "on" }, enabled: false }).now).toBe("off for everyone");
  });

  test("names shares in percent, and quotes only names that read as something else", () => {
    const weights: [string, number][] = [
      ["Buy now", 12_345],
      ["or", 20_000],
      ["blue-2", 67_655],
    ];
    expect(served({ default: rollout(weights) }).now).toBe("“Buy now” for 12.345%, “or” for 20%, blue-2 for 67.655%");
    expect(
      served({
        default: rollout([
          ["on", 100_000],
          ["off", 0],
        ]),
      }).now,
    ).toBe("on for everyone");
  });

  test("names rules with their conditions, and everyone whom they leave", () => {
    const ten = rollout([["on", 10_000]]);
    expect(served({ rules: [{ when: country("NL", "BE"), serve: ten }] }).now).toBe(
      "if country is NL or BE, on for 10%; otherwise off",
    );
    expect(served({ rules: [{ serve: ten }] }).now).toBe("on for 10%; otherwise off");
    expect(served({ rules: [1, 2, 3].map(() => ({ when: country("NL") })) }).now).toBe(
      "3 rules come first; otherwise off",
    );
  });

  test("ends at the first rule that serves everyone", () => {
    expect(served({ rules: [{}, { when: country("NL"), serve: { variant: "never" } }] }).now).toBe("on for everyone");
  });

  test("skips the rules that follow a rollout whose rest gets the default", () => {
    const ten = rollout([["on", 10_000]], { onMiss: "default" });
    expect(served({ rules: [{ serve: ten }, { serve: { variant: "never" } }] }).now).toBe("on for 10%; otherwise off");
    expect(served({ rules: [{ when: country("NL"), serve: ten }, { serve: { variant: "b" } }] }).now).toBe(
      "if country is NL, on for 10%, the default for the rest; otherwise b",
    );
  });

  test("says which flags have to serve what first", () => {
    const prerequisites = [
      { flag: "pay", variants: ["on"] },
      { flag: "cart", variants: ["a", "b"] },
    ];
    expect(served({ default: { variant: "on" }, prerequisites }).now).toBe(
      "on for everyone (off for everyone unless pay serves on and cart serves a or b)",
    );
  });

  test("has the share of a ramp at the instant, and where it goes", () => {
    const serve = rollout([["on", 100_000]], { ramp: RAMP });
    expect(served({ rules: [{ serve }] }, Date.UTC(2026, 11, 5, 22)).now).toBe(
      "on for 59.1% (rising to 100%); otherwise off",
    );
    expect(served({ rules: [{ serve }] }, Date.UTC(2026, 11, 10)).now).toBe("on for everyone");
    expect(served({ rules: [{ serve }] }, Date.UTC(2026, 10, 29)).now).toBe("off for everyone");
    expect(
      served(
        {
          default: rollout(
            [
              ["on", 25_000],
              ["off", 75_000],
            ],
            { ramp: RAMP },
          ),
        },
        NOW,
      ).now,
    ).toBe("on for 1.2% (rising to 25%), off for 3.7% (rising to 75%), off for the rest");
  });

  test("leaves out rules whose schedule or window does not include the instant", () => {
    const during = [{ timezone: "Europe/Berlin", days: ["sun" as const], from: "09:00", to: "17:00" }];
    expect(served({ rules: [{ from: "2026-12-24" }, { until: "2026-11-01" }, { during }] }).now).toBe(
      "off for everyone",
    );
  });
});

describe("the sentence for later", () => {
  test("is missing if nothing changes by itself", () => {
    expect(served({ rules: [{ until: "2026-11-01" }] }).later).toBeUndefined();
    expect(served({ enabled: false, rules: [{ from: "2026-12-24" }] }).later).toBeUndefined();
  });

  test("names the next instant by the clock of the time zone, and the outcome from then on", () => {
    expect(served({ rules: [{ from: "2026-12-24T08:00:00Z" }] }).later).toBe(
      "from 24 Dec 2026, 09:00 CET: on for everyone",
    );
    expect(served({ rules: [{ until: "2027-07-01T08:00:00Z" }] }).later).toBe(
      "from 1 Jul 2027, 10:00 CEST: off for everyone",
    );
  });

  test("skips instants at which nobody gets anything else", () => {
    const rules = [{}, { from: "2026-12-24", when: country("NL"), serve: { variant: "never" } }];
    expect(served({ rules }).later).toBeUndefined();
  });

  test("follows recurring windows", () => {
    const during = [{ timezone: "Europe/Berlin", days: ["tue" as const], from: "09:00", to: "17:00" }];
    expect(served({ rules: [{ during }] }).later).toBe("from 1 Dec 2026, 09:00 CET: on for everyone");
    expect(served({ rules: [{ during }] }, NOW + DAY).later).toBe("from 1 Dec 2026, 17:00 CET: off for everyone");
  });

  test("announces the start of a ramp with its end, and then the end", () => {
    const serve = rollout([["on", 100_000]], { ramp: RAMP });
    expect(served({ rules: [{ serve }] }, Date.UTC(2026, 10, 29)).later).toBe(
      "from 30 Nov 2026, 01:00 CET: on for 0% (rising to 100% by 10 Dec 2026, 01:00 CET); otherwise off",
    );
    expect(served({ rules: [{ serve }] }).later).toBe("from 10 Dec 2026, 01:00 CET: on for everyone");
  });
});

test("a configuration that is no valid one yet has a sentence as well", () => {
  const during = [{ timezone: "Nowhere", days: [], from: "9", to: "" }];
  const ramp = { ...RAMP, startAt: "", endAt: "soon" };
  const rules = [{ during }, { from: "", serve: rollout([["on", 10_000]], { ramp }) }];
  expect(served({ rules }).now).toBe("on for 10%; otherwise off");
});

/** Subjects without an id do not count, so every rollout splits by one that the contexts have. */
function splitByKey<T>(document: T): T {
  const text = JSON.stringify(document, (name, value: unknown) => (name === "by" ? ["targetingKey"] : value));
  return JSON.parse(text) as T;
}

test("one outcome for everyone is the one that the evaluator serves", () => {
  let count = 0;
  fc.assert(
    fc.property(document, input, fc.nat(9), (generated, { context, ...rest }, id) => {
      const flag = splitByKey({ ...generated, prerequisites: [] });
      const [name, ...more] = servedText(flag as unknown as Configuration, rest.now, ZONE).now.split(" for everyone");
      if (more.length === 0) return;
      count++;
      const { variant, errorCode } = compileFlag(flag).evaluate({
        ...rest,
        context: { ...context, targetingKey: `user-${id}` },
      }) as { variant?: string; errorCode?: string };
      expect(name).toBe(errorCode === undefined ? (variant ?? "the code default") : `the error ${errorCode}`);
    }),
    { numRuns: 1000 },
  );
  expect(count).toBeGreaterThan(100);
});

test("a change of a configuration can change what is served now, or later, or neither", () => {
  const flag = (parts: Partial<Configuration>): Configuration => ({
    enabled: true,
    offVariant: "off",
    default: { variant: "off" },
    ...parts,
  });
  const on = flag({ default: { variant: "on" } });
  expect(servedChanges(flag({}), on, NOW, ZONE)).toEqual([
    { subject: "Serves", before: "off for everyone", after: "on for everyone" },
  ]);
  expect(servedChanges(flag({ enabled: false }), { ...on, enabled: false }, NOW, ZONE)).toEqual([]);
  const rules = [{ id: "r", from: "2026-12-24", serve: { variant: "on" } }];
  expect(servedChanges(flag({}), flag({ rules }), NOW, ZONE)).toEqual([
    { subject: "Next change", before: "none", after: "from 24 Dec 2026, 01:00 CET: on for everyone" },
  ]);
});
