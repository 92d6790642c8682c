import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonProblems, jsonProblemText } from "../../../../console/src/ui/kit/json/json-problems.ts";

const textsOf = (json: string): string[] => jsonProblems(json).map(jsonProblemText);

describe("jsonProblems", () => {
  it.each([
    ['{"a": [1, true, null],\n "b": }', "line 2, column 7: a value is missing"],
    ["", "line 1, column 1: a value is missing"],
    ['{"a":1,}', "line 1, column 8: a key in double quotes is missing"],
    ["[1 2]", "line 1, column 4: a comma or ] is missing"],
    ["{'a': 1}", "line 1, column 2: this is not JSON"],
    ['{\n  "a": [1]\n  "b": 2 }', "line 3, column 3: a comma or } is missing"],
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
      expect(jsonProblems(json).length === 0).toBe(isJson(json));
    },
  );

  it("accepts as many levels as the API, and refuses more before they overflow the stack", () => {
    const lists = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(textsOf(lists(64))).toEqual([]);
    const problem = "line 1, column 65: this is nested too deeply; at most 64 levels are accepted";
    expect(textsOf(lists(65))).toEqual([problem]);
    expect(textsOf(lists(20_000))).toEqual([problem]);
    expect(textsOf("[".repeat(20_000))).toEqual([problem]);
    expect(textsOf('{"a":'.repeat(20_000))).toEqual([problem.replace("65", "321")]);
    // The parser also nests what it cannot read.
    expect(textsOf("[},".repeat(20_000))).toHaveLength(1);
  });

  it("finds no problem in JSON of any form", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat({ max: 4 }), (json, indent) => {
        expect(jsonProblems(JSON.stringify(JSON.parse(json), undefined, indent))).toEqual([]);
      }),
    );
  });

  it("finds a problem exactly in text that JSON.parse refuses, at a place in the text", () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), fc.string({ unit: "binary", maxLength: 2 }))
      .map(([json, at, removed, added]) => {
        const start = at % (json.length + 1);
        return json.slice(0, start) + added + json.slice(start + removed);
      });
    const token = fc.constantFrom(
      ...'{}[],:"\\-.eE+01/*\n\r\t '.split(""),
      "true",
      "null",
      '"a"',
      "\\u00",
      "\uFEFF",
      "\u2028",
    );
    const tokens = fc.array(token, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(damaged, tokens, fc.string()), (text) => {
        const problems = jsonProblems(text).filter(({ message }) => !message.startsWith("the key "));
        expect(problems.length).toBe(isJson(text) ? 0 : 1);
        for (const { line, column, offset, length } of problems) {
          const before = text.slice(0, offset).split(/\r\n|\r|\n/);
          expect({ line, column }).toEqual({ line: before.length, column: (before.at(-1) ?? "").length + 1 });
          expect(offset + length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
