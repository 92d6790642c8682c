import type { FlagDependency, FlagDocument } from "../../../src/flags/document.ts";
import type { EvaluationContext, EvaluationInput } from "../../../src/evaluation/types.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

/** Creates a valid boolean flag that serves "on", with the differences that matter to the test. */
export function aFlag(overrides: Partial<FlagDocument> = {}): FlagDocument {
  return aFlagDocument("f", 1, overrides);
}

export function aDependency(overrides: Partial<FlagDependency> = {}): FlagDependency {
  return {
    variants: ["on", "off"],
    enabled: true,
    offVariant: "off",
    default: { variant: "on" },
    rules: [],
    prerequisites: [],
    ...overrides,
  };
}

export function anInput(context: EvaluationContext = {}, overrides: Partial<EvaluationInput> = {}): EvaluationInput {
  return { context, request: {}, now: 0, random: () => 0, ...overrides };
}
