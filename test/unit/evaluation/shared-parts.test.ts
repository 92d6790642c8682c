import { describe, test } from "vitest";

import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { Condition, FlagDependency } from "../../../src/flags/document.ts";
import { aDependency, aFlag, anInput } from "./documents.ts";

/** Returns the variant that a flag serves, which is "on" to members of the segment "members". */
function variantFor(
  segments: Record<string, Condition>,
  attributes: Record<string, string>,
  dependencies: Record<string, FlagDependency> = {},
): unknown {
  const rules = [{ id: "members", when: { segment: "members" }, serve: { variant: "on" } }];
  const flag = compileFlag(aFlag({ default: { variant: "off" }, rules, segments, dependencies }));
  return flag.evaluate(anInput(attributes));
}

const planIs = (plan: string): Condition => ({ attribute: "plan", operator: "equals", values: [plan] });
const ON = { variant: "on" };
const OFF = { variant: "off" };

describe("parts that flags share", () => {
  test("a segment means what its own document says, though others have one of its name", ({ expect }) => {
    for (const plan of ["pro", "free", "pro"]) {
      expect(variantFor({ members: planIs(plan) }, { plan: "pro" })).toMatchObject(plan === "pro" ? ON : OFF);
    }
  });

  test("a segment within a segment means what its own document says", ({ expect }) => {
    const members: Condition = { any: [{ segment: "inner" }, { not: { segment: "outer" } }] };
    for (const plan of ["pro", "free", "pro"]) {
      const segments = { members, inner: planIs(plan), outer: { not: { segment: "inner" } } satisfies Condition };
      expect(variantFor(segments, { plan: "pro" })).toMatchObject(plan === "pro" ? ON : OFF);
    }
  });

  test("a flag within a segment means what its own document says", ({ expect }) => {
    const members: Condition = { all: [{ flag: "other", variants: ["on"] }] };
    for (const variant of ["on", "off", "on"]) {
      const dependencies = { other: aDependency({ default: { variant } }) };
      expect(variantFor({ members }, {}, dependencies)).toMatchObject(variant === "on" ? ON : OFF);
    }
  });

  test("a flag knows that a segment reads the request, whichever flag compiled it first", ({ expect }) => {
    const segments = {
      members: { attribute: "request.city", operator: "equals", values: ["Kiel"] } satisfies Condition,
    };
    const rules = [{ id: "members", when: { segment: "members" }, serve: { variant: "on" } }];
    const [first, second] = ["a", "b"].map((key) => compileFlag(aFlag({ key, rules, segments })));
    expect([first?.readsRequest, second?.readsRequest]).toEqual([true, true]);
  });

  test("segments that refer to each other fail, also the second time", ({ expect }) => {
    const segments: Record<string, Condition> = { members: { segment: "inner" }, inner: { segment: "members" } };
    for (let i = 0; i < 2; i++) expect(variantFor(segments, {})).toMatchObject({ errorCode: "PARSE_ERROR" });
  });

  test("the tests of a shared segment count in every flag", ({ expect }) => {
    // 2^17 tests, which is more than one evaluation may run.
    const segments: Record<string, Condition> = { s0: planIs("pro") };
    for (let i = 1; i <= 17; i++) segments[`s${i}`] = { all: [{ segment: `s${i - 1}` }, { segment: `s${i - 1}` }] };
    expect(variantFor({ ...segments, members: { segment: "s10" } }, { plan: "pro" })).toMatchObject(ON);
    for (let i = 0; i < 2; i++) {
      expect(variantFor({ ...segments, members: { segment: "s17" } }, {})).toMatchObject({ errorCode: "PARSE_ERROR" });
    }
  });

  test("conditions that differ only in the type of a value, or in an option, are not one", ({ expect }) => {
    const results = [
      { attribute: "n", operator: "equals", values: ["5"] },
      { attribute: "n", operator: "equals", values: [5] },
      { attribute: "n", operator: "equals", values: ["5"], missing: true },
      { attribute: ["n"], operator: "equals", values: ["5"] },
      { attribute: "N", operator: "equals", values: ["5"] },
    ].map((members) => variantFor({ members: members as Condition }, { n: "5" }));
    expect(results).toMatchObject([ON, OFF, ON, ON, OFF]);
  });
});
