import { describe, expect, it } from "vitest";
import { addedText, addValues, allValues, splitValues } from "../../../../console/src/ui/kit/split-values.ts";

describe("splitValues", () => {
  it.each([
    ["NL, BE,DE", ["NL", "BE"], "DE"],
    ["a\tb\r\nc\n", ["a", "b", "c"], ""],
    [" , ,x,", ["x"], ""],
    ["New York", [], "New York"],
    ['"Breda, NL", x', ["Breda, NL"], " x"],
    ['"say ""hi"", now",', ['say "hi", now'], ""],
    ['"Breda, N', [], '"Breda, N'],
    ['5" pipe, x', ['5" pipe'], " x"],
  ])("splits %j at commas, tabs and line breaks, but not in quotes", (text, values, rest) => {
    expect(splitValues(text)).toEqual({ values, rest });
  });

  it("does not lose lines after a quote that is never closed", () => {
    expect(splitValues('"a\nb\nc\n').values).toEqual(['"a', "b", "c"]);
  });
});

describe("allValues", () => {
  it("removes spaces and quotes around the values, and keeps a single quote", () => {
    expect(allValues(' "a, b" ,",')).toEqual(["a, b", '",']);
    expect(allValues('"" , "a')).toEqual(['"a']);
  });

  it("keeps the quotes of JSON, and what is in them", () => {
    expect(allValues('12, "a, \\"b\\", c" ,"12"\ttrue', "json")).toEqual(["12", '"a, \\"b\\", c"', '"12"', "true"]);
  });
});

describe("addValues", () => {
  it("adds each value once, and returns those that came twice", () => {
    const result = addValues(["NL"], ["BE", "NL", "BE", "DE"]);
    expect(result).toEqual({ values: ["NL", "BE", "DE"], fresh: ["BE", "DE"], duplicates: ["NL", "BE"] });
    expect(addedText(result)).toBe("Added 2 values. Already in the list: NL, BE.");
  });

  it("names only a few of many duplicates", () => {
    const many = Array.from({ length: 1200 }, (_, i) => `user-${i}`);
    const text = addedText(addValues(many, [...many, "new"]));
    expect(text).toBe("Added new. Already in the list: user-0, user-1, user-2, user-3, user-4 and 1,195 more.");
  });
});
