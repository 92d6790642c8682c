import { describe, test } from "vitest";

import { referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";

describe("references", () => {
  test("name every segment and flag with its place", ({ expect }) => {
    const serve = { variant: "on" };
    const references = referencesOf({
      prerequisites: [{ flag: "shell", variants: ["on"] }],
      rules: [
        { id: "a", serve },
        { id: "b", serve, when: { all: [{ segment: "pros" }, { not: { any: [{ flag: "new", variants: ["x"] }] } }] } },
        { id: "c", serve, when: { attribute: "a", operator: "exists" } },
      ],
    });
    expect(references).toEqual([
      { kind: "flag", name: "shell", variants: ["on"], pointer: "/prerequisites/0/flag" },
      { kind: "segment", name: "pros", pointer: "/rules/1/when/all/0/segment" },
      { kind: "flag", name: "new", variants: ["x"], pointer: "/rules/1/when/all/1/not/any/0/flag" },
    ]);
  });

  test("of a condition begin with the given pointer", ({ expect }) => {
    expect(referencesOfCondition({ not: { segment: "s" } }, "/condition")).toEqual([
      { kind: "segment", name: "s", pointer: "/condition/not/segment" },
    ]);
  });
});
