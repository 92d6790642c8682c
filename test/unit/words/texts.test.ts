import { describe, expect, test } from "vitest";
import type { Condition, Rollout, Rule, Serve } from "../../../sdk/client/contract.ts";
import { conditionText } from "../../../sdk/words/condition.ts";
import { firstText, listText, moreText, nameText, valueText } from "../../../sdk/words/names.ts";
import { ruleText } from "../../../sdk/words/rule.ts";
import { movingPercentText } from "../../../sdk/words/share.ts";
import { serveText } from "../../../sdk/words/serve.ts";
import { timeText, windowsText } from "../../../sdk/words/time.ts";

const HASHES = { read: { sha256: "s" }, packed: { width: 8, hashes: "-1234567890" } };
const BERLIN = { zone: "Europe/Berlin", flagKey: "checkout" };

test("lists are natural, and long ones end with the number of the rest", () => {
  expect([1, 2, 3].map((n) => listText(["a", "b", "c"].slice(0, n), "and"))).toEqual(["a", "a and b", "a, b and c"]);
  expect(listText(["a", "b", "c", "d"], "or", 2)).toBe("a, b or 2 more");
});

test("names and values are quoted only if they could be read as something else", () => {
  expect(["on", "blue-2", "größe"].map(nameText)).toEqual(["on", "blue-2", "größe"]);
  expect(["Buy now", "", "everyone", "a,b"].map(nameText)).toEqual(["“Buy now”", "“”", "“everyone”", "“a,b”"]);
  expect([true, 1, null, "pro", "Den Haag"].map(valueText)).toEqual(["true", "1", "null", "pro", "Den Haag"]);
  expect(["true", "1", "null", "a, b", "a or b", ""].map(valueText)).toEqual([
    "“true”",
    "“1”",
    "“null”",
    "“a, b”",
    "“a or b”",
    "“”",
  ]);
});

test("a share that moves is rounded down, and is never said to be nothing while it is something", () => {
  expect([0, 99, 12_399, 100_000].map((share) => movingPercentText(share))).toEqual([
    "0%",
    "under 0.1%",
    "12.3%",
    "100%",
  ]);
});

test("times are those of the time zone, with its name at that date", () => {
  expect(timeText("2026-12-24T08:00:00Z", "Europe/Berlin")).toBe("24 Dec 2026, 09:00 CET");
  expect(timeText("2026-07-01T08:00:00Z", "Europe/Berlin")).toBe("1 Jul 2026, 10:00 CEST");
  expect(timeText("2026-07-01", "UTC")).toBe("1 Jul 2026, 00:00 UTC");
  expect(timeText("soon", "UTC")).toBe("soon");
});

test("windows shorten runs of days", () => {
  const window = (days: NonNullable<Rule["during"]>[number]["days"]) => [
    { timezone: "UTC", days, from: "09:00", to: "17:00" },
  ];
  expect(windowsText(window(["mon", "tue", "wed", "thu", "fri"]))).toBe("Mon–Fri 09:00–17:00 (UTC)");
  expect(windowsText(window(["mon", "tue", "thu"]))).toBe("Mon, Tue, Thu 09:00–17:00 (UTC)");
  expect(windowsText(window(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))).toBe("every day 09:00–17:00 (UTC)");
});

describe("a condition", () => {
  const leaf = (operator: string, values?: unknown[], parts = {}): Condition =>
    ({ attribute: "a", operator, ...(values && { values }), ...parts }) as Condition;

  test.each<[string, Condition]>([
    ["a is 1", leaf("equals", [1])],
    ["a is x, y or z", leaf("in", ["x", "y", "z"])],
    ["a is x, y, z or 1 more", leaf("in", ["x", "y", "z", "w"])],
    ["a is not x", { not: leaf("equals", ["x"]) }],
    ["a is none of x or y", { not: leaf("in", ["x", "y"]) }],
    ["a does not contain x", { not: leaf("contains", ["x"]) }],
    ["a does not exist", { not: leaf("exists") }],
    ["a is not between 1 and 5", { not: leaf("between", [1, 5]) }],
    ["a contains none of x or y", { not: leaf("array_contains_any", ["x", "y"]) }],
    ["a does not contain x", { not: leaf("array_contains_any", ["x"]) }],
    ["a does not contain all of x and y", { not: leaf("array_contains_all", ["x", "y"]) }],
    ["a is not x (false if missing)", { not: leaf("equals", ["x"], { missing: true }) }],
    ["a is not below 5 (unknown if missing or not comparable)", { not: leaf("lt", [5], { missing: "unknown" }) }],
    ["a is not below 5 (unknown if missing)", { not: leaf("lt", [5], { missing: "unknown", invalid: false }) }],
    ['a (read as the SHA-256 with the salt "s") is one of 1 hash', leaf("equals", undefined, HASHES)],
    ['a (read as the SHA-256 with the salt "s") is none of 1 hash', { not: leaf("equals", undefined, HASHES) }],
    ["not (a has an element that is x)", { not: leaf("equals", ["x"], { each: true }) }],
    ["not in segment s", { not: { segment: "s" } }],
    ["a exists", leaf("exists")],
    ["a is between 1 and 5 or 8 and 9", leaf("between", [1, 5, 8, 9])],
    ["a contains all of x and y", leaf("array_contains_all", ["x", "y"])],
    ["a contains x or y", leaf("array_contains_any", ["x", "y"])],
    [
      "a has an element that ends with x (ignoring case)",
      leaf("ends_with", ["x"], { each: true, caseInsensitive: true }),
    ],
    ["a has an element that is x", leaf("equals", ["x"], { each: true })],
    ["a (read as number) is below 5 (also if missing)", leaf("lt", [5], { read: "number", missing: true })],
    ["a is x (unknown if not comparable)", leaf("equals", ["x"], { invalid: "unknown" })],
    ["a is …", leaf("equals", [])],
    ["pay serves on or beta", { flag: "pay", variants: ["on", "beta"] }],
  ])("of one kind reads %s", (text, condition) => {
    expect(conditionText(condition)).toBe(text);
  });

  test("names its buckets, and their attribute and salt in the full text", () => {
    const bucket: Condition = {
      bucket: {
        by: ["id", "targetingKey"],
        salt: "s",
        hash: "murmur3-mulshift",
        ranges: [
          [0, 5000],
          [10_000, 20_000],
        ],
      },
    };
    expect(conditionText(bucket)).toBe("in the first 5% or 10% to 20%");
    expect(conditionText(bucket, false)).toBe("in the first 5% or 10% to 20% (by id, otherwise targetingKey, salt s)");
  });

  test("names many values in the full text", () => {
    expect(conditionText(leaf("in", ["v", "w", "x", "y"]), false)).toBe("a is v, w, x or y");
  });
});

describe("an outcome", () => {
  const rollout = (parts: Partial<Rollout>): Serve => ({
    rollout: {
      weights: [
        ["on", 10_000],
        ["off", 90_000],
      ],
      ...parts,
    },
  });

  test.each<[string, Serve]>([
    ["on", { variant: "on" }],
    ["the code default", { variant: null }],
    ["the error GENERAL", { error: "GENERAL" }],
    [
      "on for 1%, off for 99%, drawn for each evaluation",
      {
        draw: {
          weights: [
            ["on", 1000],
            ["off", 99_000],
          ],
        },
      },
    ],
    ["on for 10%, off for 90%", rollout({ by: ["targetingKey"], salt: "checkout", hash: "murmur3-mulshift" })],
    [
      "off",
      rollout({
        weights: [
          ["on", 0],
          ["off", 100_000],
        ],
      }),
    ],
    ["nothing", rollout({ weights: [] })],
    ["on for 33.333% (hash of Unleash rollouts)", rollout({ hash: "unleash-1", total: 3, weights: [["on", 1]] })],
    [
      "on for 10%, off for 90% (by id, the default for everyone else, an error without an id, salt other)",
      rollout({ by: ["id"], onMiss: "default", onMissingKey: "error", salt: "other" }),
    ],
    [
      "on from 5% to 10%, off from 45% to 90% between 24 Dec 2026, 09:00 CET and 31 Dec 2026, 09:00 CET",
      rollout({
        ramp: { from: 50_000, to: 100_000, startAt: "2026-12-24T08:00:00Z", endAt: "2026-12-31T08:00:00Z" },
      }),
    ],
  ])("reads %s", (text, serve) => {
    expect(serveText(serve, BERLIN)).toBe(text);
  });
});

test("a rule reads as a sentence with its schedule", () => {
  const rule: Rule = {
    id: "r",
    when: { attribute: "country", operator: "in", values: ["NL", "BE"] },
    serve: { rollout: { weights: [["on", 10_000]] } },
    from: "2026-12-24T08:00:00Z",
    until: "2026-12-31T08:00:00Z",
    during: [{ timezone: "UTC", days: ["mon"], from: "09:00", to: "17:00" }],
  };
  expect(ruleText(rule, BERLIN)).toBe(
    "IF country is NL or BE THEN on for 10%, from 24 Dec 2026, 09:00 CET until 31 Dec 2026, 09:00 CET only Mon 09:00–17:00 (UTC)",
  );
  expect(ruleText({ id: "r", serve: { variant: "on" } }, BERLIN)).toBe("EVERYONE GETS on");
});

test("the number of the rest is written in one way", () => {
  expect(moreText(1200)).toBe("1,200 more");
  expect(firstText([])).toBeUndefined();
  expect(firstText(["State: on → off"])).toBe("State: on → off");
  expect(firstText(["State: on → off", "Owner: a → b", "Tags: c"])).toBe("State: on → off (and 2 more)");
});
