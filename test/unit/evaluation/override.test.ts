import { describe, test } from "vitest";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import { overrideFlag } from "../../../src/evaluation/override.ts";
import { aDependency, aFlag, anInput } from "./documents.ts";

const shell = { flag: "shell", variants: ["on"] };

describe("an override", () => {
  test("replaces rules and default", ({ expect }) => {
    const flag = compileFlag(
      aFlag({ rules: [{ id: "all", serve: { variant: "on" } }], default: { variant: "on" }, offVariant: null }),
    );
    expect(flag.evaluate(anInput())).toMatchObject({ variant: "on", ruleId: "all" });
    const resolution = overrideFlag(flag, "off", anInput());
    expect(resolution).toEqual({ reason: "TARGETING_MATCH", variant: "off", value: false, isOverride: true });
    expect(overrideFlag(flag, "off", anInput())).toBe(resolution);
  });

  test("does not apply to a disabled flag", ({ expect }) => {
    expect(overrideFlag(compileFlag(aFlag({ enabled: false })), "on", anInput())).toBeUndefined();
  });

  test("does not apply with an unmet prerequisite", ({ expect }) => {
    const needs = (variant: string) =>
      compileFlag(aFlag({ prerequisites: [shell], dependencies: { shell: aDependency({ default: { variant } }) } }));
    expect(overrideFlag(needs("off"), "on", anInput())).toBeUndefined();
    expect(overrideFlag(needs("on"), "on", anInput())).toMatchObject({ variant: "on", isOverride: true });
  });

  test("must name a variant of the flag", ({ expect }) => {
    const flag = compileFlag(aFlag());
    for (const variant of ["maybe", "toString", "__proto__", ""]) {
      expect(overrideFlag(flag, variant, anInput()), variant).toBeUndefined();
    }
  });

  test("does not repair a flag that cannot be evaluated", ({ expect }) => {
    const broken = compileFlag(aFlag({ default: { variant: "nothing of the kind" } }));
    expect(overrideFlag(broken, "on", anInput())).toBeUndefined();
  });
});
