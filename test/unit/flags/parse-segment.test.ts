import { describe, test } from "vitest";
import { parseSegmentInput } from "../../../src/flags/parse.ts";
import { nested, problemsOf } from "./flag-inputs.ts";

describe("parseSegmentInput", () => {
  test("keeps a valid segment unchanged", ({ expect }) => {
    const segment = {
      key: "beta",
      description: "Testers",
      condition: { attribute: "plan", operator: "in", values: ["pro"] },
    };
    expect(parseSegmentInput(segment)).toEqual(segment);
  });

  test.for([
    ["no condition", { key: "s" }, "/condition", /is required/],
    [
      "an empty text",
      { key: "s", condition: { any: [{ attribute: "a", operator: "contains", values: ["x", ""] }] } },
      "/condition/any/0/values/1",
      /must not be empty.*use exists/,
    ],
    ["a bad key", { key: "a b", condition: nested(1) }, "/key", /1 to 128/],
    ["a reserved key", { key: "__proto__", condition: nested(1) }, "/key", /reserved/],
    [
      "a fault deep inside",
      { key: "s", condition: { not: { attribute: "a", operator: "matches", values: ["("] } } },
      "/condition/not/values/0",
      /RE2/,
    ],
  ] as const)("refuses %s", ([, input, pointer, detail], { expect }) => {
    expect(problemsOf(input, parseSegmentInput)[pointer]).toMatch(detail);
  });
});
