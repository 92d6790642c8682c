import { describe, expect, test } from "vitest";
import type { Explanation } from "../../../sdk/client/contract.ts";
import { flagTestsText, parseFlagTests } from "../../../sdk/project/flag-tests.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import {
  type Case,
  casesOf,
  isCase,
  outcomeOf,
  questionOfCase,
  testsOf,
} from "../../../console/src/state/try-it/case.ts";
import { reasonWord, resultSentence } from "../../../console/src/state/try-it/reasons.ts";
import { type Evaluated, tableOf } from "../../../console/src/state/try-it/results-table.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

const column = (environment: string, problem?: string) => ({ environment, version: 1, problem });
const on = (flag: string, more: Partial<Evaluated> = {}): Evaluated => ({
  flag,
  reason: "STATIC",
  variant: "on",
  ruleId: null,
  value: true,
  ...more,
});

describe("the table of all flags", () => {
  const flagsOf = (parts: Parameters<typeof tableOf>[0]) =>
    tableOf(parts).rows.map(({ flag, isDifferent }) => [flag, isDifferent]);

  test("is sorted with 9 before 10, and marks other variants, values, errors and missing flags", () => {
    const production = ["f-10", "f-9", "same", "gone", "value", "error"].map((flag) => on(flag));
    const staging = [
      on("f-9", { variant: "off", value: false }),
      on("f-10", { reason: "TARGETING_MATCH", ruleId: "r" }),
      on("same"),
      on("value", { value: 2 }),
      on("error", { reason: "ERROR", variant: null, errorCode: "GENERAL" }),
    ];
    const parts = [
      { column: column("production"), items: production },
      { column: column("staging"), items: staging },
    ];
    expect(flagsOf(parts)).toEqual([
      ["error", true],
      ["f-9", true],
      // Another reason for the same result is no difference.
      ["f-10", false],
      ["gone", true],
      ["same", false],
      ["value", true],
    ]);
  });

  test("an environment that could not be evaluated makes no difference", () => {
    const parts = [
      { column: column("production"), items: [on("a")] },
      { column: column("staging", "forbidden"), items: [] },
    ];
    expect(flagsOf(parts)).toEqual([["a", false]]);
  });
});

describe("a result in words", () => {
  const sentenceOf = (document: Partial<FlagDocument>, context: Record<string, string> = {}): string =>
    resultSentence(explainFlag(aFlag(document), anInput(context)) as unknown as Explanation);
  const when = { attribute: "plan", operator: "equals" as const, values: ["pro"] };
  const rules = [{ id: "pro", when, serve: { variant: "on" } }];

  test("says what the user gets and why", () => {
    const off = { default: { variant: "off" } };
    expect(sentenceOf({ ...off, rules }, { plan: "pro" })).toBe("This user gets on, because rule pro applies.");
    expect(sentenceOf({ ...off, rules })).toBe("This user gets off from the default, because no rule applies.");
    expect(sentenceOf(off)).toBe("This user gets off, as everyone does.");
    expect(sentenceOf({ enabled: false, offVariant: "off" })).toBe("This user gets off, because the flag is off.");
    expect(sentenceOf({ enabled: false, offVariant: null })).toBe(
      "This user gets the code default, because the flag is off.",
    );
    expect(sentenceOf({ default: { error: "GENERAL" } })).toMatch(/^The evaluation fails with GENERAL: .*\.$/);
  });

  test("has a word or two for a table", () => {
    const word = (parts: object) => reasonWord({ reason: "STATIC", ...parts });
    expect([
      word({}),
      word({ reason: "TARGETING_MATCH", ruleId: "nl" }),
      word({ reason: "SPLIT", ruleId: "nl" }),
      word({ reason: "SPLIT" }),
      word({ reason: "DEFAULT" }),
      word({ reason: "DISABLED" }),
      word({ reason: "ERROR", errorCode: "PARSE_ERROR" }),
      word({ reason: null }),
    ]).toEqual([
      "everyone",
      "rule nl",
      "share of rule nl",
      "share of default",
      "default",
      "off",
      "PARSE_ERROR",
      "by chance",
    ]);
  });
});

describe("a case", () => {
  const kept: Case = { name: "n", environment: "production", flag: "f", context: { plan: "pro" }, expect: "on" };

  test("becomes a test of burgee test and comes back", () => {
    const all: Case[] = [
      kept,
      { ...kept, name: "later", request: { country: "NL" }, at: "2090-01-01T00:00:00Z", expect: null },
    ];
    const { project, tests } = parseFlagTests(flagTestsText(testsOf(all)), "flags.test.yaml");
    expect(project).toBe("flags.yaml");
    expect(casesOf(tests)).toEqual(all);
  });

  test("without a flag or an expectation is not in the file", () => {
    expect(
      testsOf([
        { ...kept, expect: undefined },
        { ...kept, flag: undefined },
      ]),
    ).toEqual([]);
  });

  test("gets a name of its own if its test has none", () => {
    const text = flagTestsText([1, 2].map(() => ({ flag: "f", environment: "e", expect: "on" })));
    expect(casesOf(parseFlagTests(text, "t").tests).map(({ name }) => name)).toEqual(["f in e", "f in e (2)"]);
  });

  test("passes only with the expected variant", () => {
    const states = (variant: string | undefined, reason: string, expected: string | null) =>
      outcomeOf({ reason, variant }, expected).state;
    expect(states("on", "STATIC", "on")).toBe("passed");
    expect(states("off", "STATIC", "on")).toBe("failed");
    expect(states(undefined, "DEFAULT", null)).toBe("passed");
    expect(states(undefined, "ERROR", null)).toBe("failed");
  });

  test("has its question, name and expectation in its address", () => {
    expect(questionOfCase({ ...kept, expect: null })).toEqual({
      environment: "production",
      context: '{"plan":"pro"}',
      request: undefined,
      at: undefined,
      case: "n",
      expect: "",
    });
  });

  test("is not read from something else that the browser stored", () => {
    expect([kept, null, 1, {}, { ...kept, name: 2 }, { ...kept, context: "x" }].map(isCase)).toEqual([
      true,
      ...Array.from({ length: 5 }, () => false),
    ]);
  });
});
