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
});
