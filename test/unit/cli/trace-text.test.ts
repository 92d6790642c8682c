import { windowStateText } from "../../../sdk/client/window-text.ts";
import { windowsText } from "../../../sdk/words/time.ts";
import { describe, test } from "vitest";
import { traceLines } from "../../../cli/text/trace-text.ts";
import type { ConditionTrace } from "../../../sdk/client/contract.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import type { EvaluationContext, RequestAttributes } from "../../../src/evaluation/types.ts";
import type { Condition } from "../../../src/flags/document.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

function lines(when: Condition, context: EvaluationContext, request: RequestAttributes = {}): string[] {
  const explained = explainFlag(aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }] }), {
    ...anInput(context),
    request,
  });
  return traceLines(explained.rules[0]?.when as ConditionTrace, context);
}

describe("the lines of a condition", () => {
  test.for([
    [
      "a match",
      { attribute: "plan", operator: "in", values: ["pro", "team"] },
      { plan: "pro" },
      "true: plan (pro) in pro, team",
    ],
    [
      "a missing attribute",
      { attribute: "email", operator: "ends_with", values: ["@shop.example.com"] },
      {},
      "false: email is missing (ends_with @shop.example.com)",
    ],
    [
      "a missing attribute without values",
      { attribute: "email", operator: "exists" },
      {},
      "false: email is missing (exists)",
    ],
    [
      "a value of another type",
      { attribute: "age", operator: "lt", values: [18], missing: "unknown" },
      { age: "17" },
      'unknown: age ("17") is text; lt compares numbers (lt 18)',
    ],
    [
      "text that is not a version",
      { attribute: "app", operator: "semver_gte", values: ["1.2.3"] },
      { app: "latest" },
      "false: app (latest) is not a semantic version (semver_gte 1.2.3)",
    ],
    [
      "a reader",
      { attribute: "age", operator: "lt", values: [18], read: "number" },
      { age: "17" },
      'true: age ("17") read as number lt 18',
    ],
    [
      "a reader with a parameter, and a value that it cannot read",
      { attribute: "id", operator: "equals", values: [0], read: { modulo: 3 } },
      { id: "x" },
      "false: id (x) is not a number for modulo (read as the remainder of division by 3 equals 0)",
    ],
    [
      "another system's buckets",
      { bucket: { by: ["targetingKey"], salt: "gr1", hash: "unleash-1", total: 100, ranges: [[0, 72]] } },
      { targetingKey: "123" },
      "false: bucket 72 of 100 in [[0,72]]",
    ],
    [
      "the elements of a list",
      { attribute: "roles", operator: "in", values: ["admin"], each: true },
      { roles: ["a", "admin"] },
      'true: roles (["a","admin"]) has an element in admin',
    ],
    [
      "a missing list",
      { attribute: "builds", operator: "gt", values: [7], each: true, read: { age: "days" } },
      {},
      "false: builds is missing (has an element read as the age in days gt 7)",
    ],
    [
      "null",
      { attribute: "plan", operator: "contains", values: ["pro"] },
      { plan: null },
      "false: plan (null) is null; contains compares text (contains pro)",
    ],
    [
      "steps",
      { attribute: ["user", "plan"], operator: "equals", values: [true] },
      { user: { plan: true } },
      "true: user.plan (true) equals true",
    ],
    [
      "a name with dots",
      { attribute: "user.plan", operator: "equals", values: ["a b"] },
      { "user.plan": "a b" },
      "true: user.plan (a b) equals a b",
    ],
    [
      "many values",
      { attribute: "n", operator: "in", values: Array.from({ length: 25 }, (_, i) => i) },
      { n: 99 },
      "false: n (99) in 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 15 more",
    ],
    [
      "packed hashes",
      { attribute: "n", operator: "in", packed: { width: 8, hashes: "AAAAAAAAAAA" }, read: { sha256: "s" } },
      { n: "a" },
      'false: n (a) read as the SHA-256 with the salt "s" in 1 hashes',
    ],
    [
      "text that looks like another value",
      { attribute: "n", operator: "equals", values: ["1", "", "a,b"] },
      { n: " x" },
      'false: n (" x") equals "1", "", "a,b"',
    ],
    [
      "control characters",
      { attribute: "n", operator: "equals", values: ["\u001b[2J"] },
      { n: "a\nb" },
      'false: n ("a\\nb") equals "\\u001b[2J"',
    ],
    [
      "a long value",
      { attribute: "n", operator: "equals", values: ["x"] },
      { n: "y".repeat(100) },
      `false: n (${"y".repeat(60)}…) equals x`,
    ],
  ] as const)("show %s", ([, condition, context, expected], { expect }) => {
    expect(lines(condition as unknown as Condition, context as EvaluationContext)).toEqual([`  ${expected}`]);
  });

  test("show the value of a request's attribute, which the context cannot set", ({ expect }) => {
    const when: Condition = { attribute: "request.country", operator: "in", values: ["US"] };
    const context = { "request.country": "US", request: { country: "US" } };
    expect(lines(when, context, { country: "DE" })).toEqual(["  false: request.country (DE) in US"]);
    expect(lines(when, context)).toEqual(["  false: request.country is missing (in US)"]);
  });

  test("put a group before its parts", ({ expect }) => {
    const when: Condition = {
      all: [{ not: { attribute: "a", operator: "exists" } }, { attribute: "b", operator: "exists" }],
    };
    expect(lines(when, { b: 1 })).toEqual([
      "  true: all of",
      "    true: not",
      "      false: a is missing (exists)",
      "    true: b (1) exists",
    ]);
  });
});

test("a rule's recurring windows and their state are shown in words", ({ expect }) => {
  const office = { timezone: "Europe/Berlin", days: ["mon" as const, "tue" as const], from: "22:00", to: "06:00" };
  const lunch = { ...office, timezone: "UTC", days: ["wed" as const], from: "12:00", to: "13:00" };
  expect(windowsText([office, lunch])).toBe("Mon, Tue 22:00–06:00 (Europe/Berlin) or Wed 12:00–13:00 (UTC)");
  const until = "2026-11-30T08:00:00.000Z";
  expect(windowStateText({ isOpen: true, until })).toBe(`in a window until ${until}`);
  expect(windowStateText({ isOpen: false, until })).toBe(`in no window until ${until}`);
});
