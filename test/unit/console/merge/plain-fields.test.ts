import { describe, expect, it } from "vitest";
import { changedFields, fieldsBack } from "../../../../console/src/state/merge/plain-fields.ts";

const before = { name: "web", origins: ["https://a.example.com"] };
const after = { name: "shop", origins: ["https://b.example.com"] };

describe("changes of things without a version", () => {
  it("contain only the fields that differ", () => {
    expect(changedFields(before, { ...before, origins: [] })).toEqual({ origins: [] });
    expect(changedFields(before, { ...before, origins: [...before.origins] })).toEqual({});
  });

  it("are undone only in fields that nobody has changed since", () => {
    expect(fieldsBack(before, after, after)).toEqual({ back: before, left: "" });
    expect(fieldsBack(before, after, { ...after, name: "app" })).toEqual({
      back: { origins: before.origins },
      left: "name has changed since, so it stays as it is",
    });
    expect(fieldsBack(before, { ...before, name: "shop" }, { ...after, origins: [] })).toEqual({
      back: { name: "web" },
      left: "",
    });
  });
});
