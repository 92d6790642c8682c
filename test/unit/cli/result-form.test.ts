import { describe, expect, it } from "vitest";
import { differenceOf } from "../../../cli/import/result-form.ts";

describe("differenceOf", () => {
  it("compares only the fields that the system's result has, without reasons", () => {
    const ours = { value: "a", variationIndex: 1, reason: { kind: "FALLTHROUGH" } };
    expect(differenceOf("launchdarkly", { value: "a", reason: { kind: "OFF" } }, ours)).toBeUndefined();
    expect(differenceOf("launchdarkly", { value: "a", variationIndex: 2 }, ours)).toEqual({
      theirs: { value: "a", variationIndex: 2 },
      ours: { value: "a", variationIndex: 1 },
    });
  });

  it("takes an object without such fields, and anything else, as the plain result", () => {
    expect(differenceOf("launchdarkly", { size: 1 }, { value: { size: 1 } })).toBeUndefined();
    expect(differenceOf("launchdarkly", { size: 2 }, { value: { size: 1 } })).toBeDefined();
    expect(differenceOf("unleash", true, { name: "disabled", feature_enabled: true })).toBeUndefined();
    expect(differenceOf("split", "on", { treatment: "off", config: null })).toEqual({
      theirs: { treatment: "on" },
      ours: { treatment: "off" },
    });
  });

  it("compares whole values for systems whose results are values, whatever the order of names", () => {
    expect(differenceOf("growthbook", { value: 1, b: 2 }, { b: 2, value: 1 })).toBeUndefined();
    expect(differenceOf("growthbook", { value: 1 }, { value: 1, b: 2 })).toBeDefined();
    expect(differenceOf("eppo", 1, "1")).toEqual({ theirs: 1, ours: "1" });
  });

  it("takes a missing value and null for the caller's default", () => {
    expect(differenceOf("configcat", null, undefined)).toBeUndefined();
    expect(differenceOf("flagd", { value: null, variant: undefined }, { reason: "DISABLED" })).toBeUndefined();
    expect(differenceOf("configcat", null, false)).toBeDefined();
  });
});
