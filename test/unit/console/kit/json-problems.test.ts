import { describe, expect, it } from "vitest";
import { jsonProblems, jsonProblemText } from "../../../../console/src/ui/kit/json-problems.ts";

const textsOf = (json: string): string[] => jsonProblems(json).map(jsonProblemText);

describe("jsonProblems", () => {
  it.each([
    ['{"a": [1, true, null],\n "b": }', "line 2, column 7: a value is missing"],
    ["", "line 1, column 1: a value is missing"],
    ['{"a":1,}', "line 1, column 8: a key in double quotes is missing"],
    ["[1 2]", "line 1, column 4: a comma is missing"],
    ['{"a" 1}', "line 1, column 6: a colon is missing"],
    ["1 2", "line 1, column 3: nothing may follow the value"],
    ["// no\n1", "line 1, column 1: JSON has no comments"],
    ["[1,2", "line 1, column 5: ] is missing"],
  ])("names the first mistake in %j, with its line and column", (json, text) => {
    expect(textsOf(json)).toEqual([text]);
  });

  it("finds a key that occurs twice in one object, and not in two", () => {
    expect(textsOf('{"a":{"b":1},\n"b":{"a":1,"a":2}}')).toEqual([
      'line 2, column 12: the key "a" is already used in this object',
    ]);
  });

  it.each(['{"__proto__":1}', "1e400", '"\\ud800"', "[]", "01", "tru", "-", "1.", "'a'", "[1,]", '"\n"', "\u00a01"])(
    "agrees with JSON.parse about %j",
    (json) => {
      let isValid = true;
      try {
        JSON.parse(json);
      } catch {
        isValid = false;
      }
      expect(jsonProblems(json).length === 0).toBe(isValid);
    },
  );
});
