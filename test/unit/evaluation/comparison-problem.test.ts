import fc from "fast-check";
import { describe, test } from "vitest";
import { comparisonProblem } from "../../../src/evaluation/comparison-problem.ts";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { newCompilation } from "../../../src/evaluation/compile.ts";
import { explainFlag, type Explanation } from "../../../src/evaluation/explain.ts";
import { UNKNOWN } from "../../../src/evaluation/truth.ts";
import type { AttributeCondition, JsonScalar, JsonValue, Operator, Reader } from "../../../src/flags/document.ts";
import * as arbitrary from "./arbitraries.ts";
import { aFlag, anInput } from "./documents.ts";

type Case = [operator: Operator, values: JsonScalar[], value: JsonValue, problem: string | undefined, read?: Reader];

const CASES: Case[] = [
  ["contains", ["x"], 1, "is a number; contains compares text"],
  ["contains", ["x"], null, "is null; contains compares text"],
  ["contains", ["x"], "y", undefined],
  ["starts_with", ["x"], ["x"], "is a list; starts_with compares text"],
  ["ends_with", ["x"], { x: 1 }, "is an object; ends_with compares text"],
  ["matches", ["x"], true, "is a boolean; matches compares text"],
  ["equals", ["x"], 1, "is a number; equals compares text here"],
  ["in", [1, true], "1", "is text; in compares numbers and booleans here"],
  ["in", [null], "1", "is text; in compares null here"],
  ["in", [1], [1], "is a list; in compares numbers here"],
  ["in", [1], 2, undefined],
  ["lt", [1], "0", "is text; lt compares numbers"],
  ["gte", [1], NaN, "is not a number"],
  ["between", [1, 2], null, "is null; between compares numbers"],
  ["before", ["2030-01-01"], "soon", "is not an instant"],
  ["after", ["2030-01-01"], false, "is a boolean; after compares instants"],
  ["semver_gte", ["1.2.3"], "1.2", "is not a semantic version"],
  ["semver_gte", ["1.2.3"], 1.2, "is a number; semver_gte compares versions"],
  ["semver_gte", ["1.2"], "1.2.3.4", "is not a version for version-partial", "version-partial"],
  ["semver_gte", ["1.2"], "1.2.3.4", undefined, "version-extended"],
  ["ip_in_cidr", ["::/0"], "localhost", "is not an IP address"],
  ["ip_in_cidr", ["::/0"], "fe80::1%eth0", "is an IP address with a zone"],
  ["ip_in_cidr", ["::/0"], 1, "is a number; ip_in_cidr compares IP addresses"],
  ["array_contains_any", ["x"], "x", "is text; array_contains_any compares lists"],
  ["gt", ["b"], 1, "is a number; gt compares text here"],
  ["lt", [1], "five", "is not a number for number", "number"],
  ["lt", [1], [1], "is a list; number reads numbers", "number"],
  ["equals", [1], "1.000,5", "is not a number for number-comma", "number-comma"],
  ["equals", [1], null, "is null; modulo reads numbers", { modulo: 3 }],
  ["in", ["1"], null, "is null; text reads text, numbers and booleans", "text"],
  ["gte", ["1"], true, undefined, "text"],
  ["gt", [1], "abc", "is text; length reads lists", "length"],
  ["gt", [1], "soon", "is not an instant for age", { age: "days" }],
  ["gt", [1], {}, "is an object; age reads instants", { age: "days" }],
  ["in", ["null"], null, undefined, "type"],
  ["in", ["[]"], {}, undefined, "json"],
  ["array_contains_all", ["x"], null, "is null; array_contains_all compares lists"],
];

const leafOf = ([operator, values, , , read]: Case): AttributeCondition => ({
  attribute: "a",
  operator,
  values,
  ...(read && { read }),
});
const traced = (condition: AttributeCondition, value: JsonValue): Explanation["rules"][number]["when"] =>
  explainFlag(aFlag({ rules: [{ id: "r", when: condition, serve: { variant: "on" } }] }), anInput({ a: value }))
    .rules[0]?.when;

describe("why a value cannot be compared", () => {
  test.for(CASES)("%s %j with %j: %s", (given, { expect }) => {
    const [, , value, problem] = given;
    expect(comparisonProblem(leafOf(given), value)).toBe(problem);
    expect(traced(leafOf(given), value)).toMatchObject({ isPresent: true });
    expect(traced(leafOf(given), value)).toEqual(
      problem === undefined
        ? expect.not.objectContaining({ problem: expect.anything() })
        : expect.objectContaining({ problem }),
    );
  });

  test("is given if and only if the condition takes the value of invalid", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.leaf, fc.jsonValue(), (condition, value) => {
        const one = { ...(condition as AttributeCondition), attribute: "a" };
        if (one.operator === "exists") return;
        const truth = compileCondition(
          { ...one, invalid: "unknown" },
          newCompilation(aFlag()),
        )(anInput({ a: value as JsonValue }));
        expect(comparisonProblem(one, value as JsonValue) !== undefined).toBe(truth === UNKNOWN);
      }),
      { numRuns: 500 },
    );
  });

  test("names what is wrong with an element of a list", ({ expect }) => {
    const condition: AttributeCondition = { attribute: "a", operator: "lt", values: [1], each: true };
    expect(comparisonProblem(condition, [2, "x"])).toBe("has an element that is text; lt compares numbers");
    expect(comparisonProblem({ ...condition, read: "number" }, [2, "x"])).toBe(
      "has an element that is not a number for number",
    );
    for (const comparable of [[0, "x"], [], [2], 2]) expect(comparisonProblem(condition, comparable)).toBeUndefined();
  });

  test("does not repeat the value", ({ expect }) => {
    for (const value of ["secret", ["secret"], { secret: "secret" }]) {
      for (const given of CASES) expect(comparisonProblem(leafOf(given), value) ?? "").not.toContain("secret");
    }
  });
});
