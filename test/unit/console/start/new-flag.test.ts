import { describe, expect, it } from "vitest";
import { changeAudience, missingParts, nobody, turnedOnFor } from "../../../../console/src/state/new-flag/audience.ts";
import {
  keyOf,
  newFlagOf,
  parseValues,
  renameNewVariant,
  startNewFlag,
  suggestedKey,
  variantsOfType,
  withValues,
} from "../../../../console/src/state/new-flag/new-flag.ts";
import { keyProblem } from "../../../../src/flags/limits.ts";
import { parseFlagInput } from "../../../../src/flags/parse.ts";

const OFF = { enabled: false, offVariant: "off", default: { variant: "off" } };

describe("the key for a name", () => {
  it.each([
    ["New checkout", "new-checkout"],
    ["  Größe & Farbe (v2.1)! ", "grosse-farbe-v2.1"],
    ["結帳 頁面", "結帳-頁面"],
    ["기능", "기능"],
    ["../..", ""],
    ["x".repeat(300), "x".repeat(80)],
  ])("%j is %j", (name, key) => {
    expect(suggestedKey(name)).toBe(key);
    if (key !== "") expect(keyProblem(key)).toBeUndefined();
  });

  it("follows the name until the person types a key", () => {
    const form = { ...startNewFlag(), name: "New checkout" };
    expect(keyOf(form)).toBe("new-checkout");
    expect(keyOf({ ...form, key: "checkout" })).toBe("checkout");
  });
});

describe("an audience", () => {
  it("of nobody changes nothing", () => {
    expect(turnedOnFor(nobody("on"), OFF, "rule-1")).toEqual({ enabled: false, default: OFF.default, rules: [] });
  });

  it("of everybody is the default", () => {
    const audience = changeAudience(nobody("on"), "everybody");
    expect(turnedOnFor(audience, OFF, "rule-1")).toEqual({ enabled: true, default: { variant: "on" }, rules: [] });
  });

  it("of a percentage begins at 10%, and everybody else gets the off variant", () => {
    const { default: serve } = turnedOnFor(changeAudience(nobody("on"), "percentage"), OFF, "rule-1");
    expect(serve).toMatchObject({
      rollout: {
        weights: [
          ["on", 10_000],
          ["off", 90_000],
        ],
      },
    });
  });

  it("of a segment or of some people is a rule before the others", () => {
    const before = { ...OFF, rules: [{ id: "old", serve: { variant: "off" } }] };
    const segment = { ...changeAudience(nobody("on"), "segment"), segment: "beta" };
    expect(turnedOnFor(segment, before, "beta").rules).toEqual([
      { id: "beta", when: { segment: "beta" }, serve: { variant: "on" } },
      before.rules[0],
    ]);
    const people = { ...changeAudience(nobody("on"), "people"), attribute: "country", values: ["NL", "BE"] };
    expect(turnedOnFor({ ...people, share: 50_000 }, before, "rule-2").rules[0]).toMatchObject({
      when: { attribute: "country", operator: "in", values: ["NL", "BE"] },
      serve: {
        rollout: {
          weights: [
            ["on", 50_000],
            ["off", 50_000],
          ],
        },
      },
    });
  });

  it("is complete when it says which segment or which people", () => {
    const people = changeAudience(nobody("on"), "people");
    const segment = changeAudience(nobody("on"), "segment");
    expect(
      [nobody("on"), segment, people].map((audience) => missingParts(audience).map(({ pointer }) => pointer)),
    ).toEqual([[], ["/rules/0/when/segment"], ["/rules/0/when/values"]]);
    expect(missingParts({ ...people, values: ["user-1"] })).toEqual([]);
  });
});

describe("a new flag", () => {
  const people = { ...changeAudience(nobody("on"), "people"), attribute: "country", values: ["NL"] };
  const form = { ...startNewFlag(), name: "New checkout", audience: people, clientVisible: true };

  it("is off, or on for its audience, and keeps its name as the description", () => {
    expect(newFlagOf(form, false)).toMatchObject({
      key: "new-checkout",
      description: "New checkout",
      enabled: false,
      clientVisible: true,
      rules: [],
    });
    expect(newFlagOf(form, true)).toMatchObject({ enabled: true, rules: [{ id: "nl" }] });
  });

  it.each(["boolean", "string", "float", "object"] as const)("of type %s is one that the API accepts", (type) => {
    const typed = { ...form, ...variantsOfType(type) };
    const everybody = { ...typed, audience: changeAudience(typed.audience, "percentage") };
    expect(() => parseFlagInput(newFlagOf(everybody, true))).not.toThrow();
  });

  it("keeps its audience and its off variant when a variant is renamed", () => {
    const [first, second] = form.variants;
    const renamed = renameNewVariant(renameNewVariant(form, first!.id, "new"), second!.id, "old");
    expect(renamed).toMatchObject({ off: "old", audience: { variant: "new" } });
  });
});

describe("the values of a new JSON flag", () => {
  const start = { ...startNewFlag(), ...variantsOfType("object") };

  it("keep the variants that the form refers to, and otherwise refer to the first and the last", () => {
    const more = withValues(start, { treatment: { a: 1 }, control: {}, third: [] });
    expect([more.audience.variant, more.off]).toEqual(["treatment", "control"]);
    const sizes = withValues(start, { small: {}, medium: {}, large: {} });
    expect([sizes.audience.variant, sizes.off]).toEqual(["small", "large"]);
    expect(sizes.variants.map(({ item }) => item.name)).toEqual(["small", "medium", "large"]);
  });

  it.each([
    ["[{}, {}]", "must be an object with two variants or more"],
    ['{"a": {}}', "must be an object with two variants or more"],
    ['{"a": {}, "b": 1}', "b: must be a JSON object or list"],
  ])("refuse %s", (text, problem) => {
    expect(parseValues(text)).toEqual({ problem });
  });
});
