import { describe, expect, it } from "vitest";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { undoPlanOf } from "../../../../console/src/state/flags/bulk-undo.ts";

function aFlag(key: string, parts: Partial<Flag> = {}): Flag {
  return { key, type: "boolean", variants: { on: true }, enabled: true, default: { variant: "on" }, ...parts };
}

describe("a change of many flags that is taken back", () => {
  const tagged = (key: string) => ({
    flag: aFlag(key),
    wanted: aFlag(key, { tags: ["tidy"] }),
    text: "tag tidy added",
  });

  it("sets the former field again, and keeps later changes of other fields", () => {
    const now = [aFlag("a", { tags: ["tidy"], description: "later" })];
    const { plan, left } = undoPlanOf([tagged("a")], now);
    expect(plan).toMatchObject([{ wanted: { tags: [], description: "later" }, text: "tags tidy → tags none" }]);
    expect(left).toEqual([]);
  });

  it("leaves a flag whose field has changed again, and one that is gone", () => {
    const { plan, left } = undoPlanOf([tagged("a"), tagged("b")], [aFlag("a", { tags: ["tidy", "later"] })]);
    expect([plan, left]).toEqual([[], ["a", "b"]]);
  });

  it("removes an owner that the flag did not have, and turns a flag on again", () => {
    const owned = { flag: aFlag("a"), wanted: aFlag("a", { owner: "web" }), text: "" };
    expect(undoPlanOf([owned], [aFlag("a", { owner: "web" })]).plan).toMatchObject([{ wanted: { owner: "" } }]);
    const off = { flag: aFlag("b"), wanted: aFlag("b", { enabled: false }), text: "" };
    const { plan } = undoPlanOf([off], [aFlag("b", { enabled: false })]);
    expect(plan).toMatchObject([{ wanted: { enabled: true }, text: "off → on" }]);
  });

  it("brings archived flags back, and archives them again", () => {
    const { plan } = undoPlanOf([{ flag: aFlag("a"), wanted: undefined, text: "" }], []);
    expect(plan).toMatchObject([{ flag: { key: "a" }, isRestored: true }]);
    expect(undoPlanOf(plan, []).plan).toMatchObject([{ flag: { key: "a" }, wanted: undefined }]);
  });
});
