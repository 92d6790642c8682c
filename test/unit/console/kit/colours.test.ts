import { describe, expect, it } from "vitest";
import { placeOfName, placesOfNames } from "../../../../console/src/state/place-of-name.ts";
import { variantColour } from "../../../../console/src/state/flags/variant-colour.ts";

describe("the places of names", () => {
  it("differ while there are enough of them, and earlier names keep theirs", () => {
    const names = ["staging", "qa", "preview", "test", "demo"];
    expect(placeOfName("staging", 5)).toBe(placeOfName("qa", 5));
    const all = placesOfNames(names, 5);
    expect(new Set(all.values()).size).toBe(5);
    expect(placesOfNames(names.slice(0, 3), 5)).toEqual(new Map([...all].slice(0, 3)));
    expect(all.get("staging")).toBe(placeOfName("staging", 5));
  });

  it("repeat only if there are more names than places", () => {
    const all = placesOfNames(["a", "b", "c"], 2);
    expect(all.size).toBe(3);
    expect(new Set(all.values())).toEqual(new Set([0, 1]));
  });
});

describe("the colour of a variant", () => {
  it("is the same on pages that know all variants and on pages that know one", () => {
    expect(variantColour("on", ["on", "off"])).toBe(variantColour("on", []));
    expect(variantColour("on", ["off", "on"])).toBe(variantColour("on", []));
  });

  it("differs from the other variants of the flag, and is grey for off", () => {
    const names = ["a", "h", "o", "off"];
    expect(placeOfName("a", 7)).toBe(placeOfName("h", 7));
    expect(new Set(names.map((name) => variantColour(name, names))).size).toBe(4);
    expect(variantColour("Off", names)).toBe(7);
  });
});
