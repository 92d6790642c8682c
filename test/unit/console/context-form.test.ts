import fc from "fast-check";
import { describe, test } from "vitest";
import { readContextText, readRows, rowsOf } from "../../../console/src/state/try-it/context-form.ts";

describe("a context as a form", () => {
  test("any context is the same after a conversion to rows and back", ({ expect }) => {
    const contexts = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name.trim() === name && name !== "__proto__"),
      fc.jsonValue({ maxDepth: 2 }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(contexts, (drawn) => {
        const context = JSON.parse(JSON.stringify(drawn)) as Record<string, unknown>;
        expect(readRows(rowsOf(context))).toEqual({ values: context, problems: new Map() });
      }),
    );
  });

  test("a context with more levels than an evaluation accepts is a problem in words", ({ expect }) => {
    const lists = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    const rowsWith = (text: string) => readRows([{ name: "a", type: "JSON", text }]).problems;
    expect(rowsWith(lists(7))).toEqual(new Map());
    expect(readContextText(`{"a":${lists(7)}}`)).toMatchObject({ values: {} });
    for (const levels of [8, 20_000]) {
      expect(rowsWith(lists(levels)).get(0)).toBe("is nested too deeply; at most 7 levels are accepted");
      expect(readContextText(`{"a":${lists(levels)}}`)).toEqual({
        problem: "This context is nested too deeply; at most 8 levels are accepted.",
      });
    }
    expect(readContextText("[".repeat(20_000))).toMatchObject({ problem: expect.stringContaining("not valid JSON") });
  });

  test("each row has its own problem, and rows without a name are skipped", ({ expect }) => {
    const { values, problems } = readRows([
      { name: "seats", type: "number", text: "twelve" },
      { name: "list", type: "JSON", text: "[1" },
      { name: "plan", type: "text", text: "pro" },
      { name: "plan", type: "text", text: "free" },
      { name: " ", type: "number", text: "" },
    ]);
    expect([...problems]).toEqual([
      [0, "is not a number"],
      [1, "is not valid JSON"],
      [3, "is used twice"],
    ]);
    expect(values).toHaveProperty("plan");
  });

  test("typed JSON must be an object", ({ expect }) => {
    expect(readContextText(' {"plan": "pro"} ')).toEqual({ values: { plan: "pro" } });
    expect(readContextText("")).toEqual({ values: {} });
    expect(readContextText("[1]")).toHaveProperty("problem");
    expect(readContextText("{")).toHaveProperty("problem");
  });

  test("numbers that would change are refused at their place, in rows and in JSON", ({ expect }) => {
    const { problems, values } = readRows([
      { name: "id", type: "number", text: "9007199254740993" },
      { name: "list", type: "JSON", text: "[1, 9007199254740993]" },
      { name: "ratio", type: "number", text: "1e999" },
      { name: "account", type: "text", text: "9007199254740993" },
      { name: "__proto__", type: "text", text: "x" },
      { name: "constructor", type: "number", text: "1e17" },
    ]);
    expect([...problems].map(([row, problem]) => [row, problem.split(",")[0]])).toEqual([
      [0, "must be within ±9007199254740991"],
      [1, "/1 must be within ±9007199254740991"],
      [2, "is too large a number"],
      [4, "is a name that is not accepted"],
    ]);
    expect(values).toEqual({ account: "9007199254740993", constructor: 1e17 });
    expect(readContextText('{"a":{"b":9007199254740993}}')).toEqual({
      problem: expect.stringMatching(/^\/a\/b must be/),
    });
    expect(readContextText('{"a":1e999}')).toEqual({ problem: "/a is too large a number" });
  });
});
