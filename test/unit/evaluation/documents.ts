import type { FlagDependency, FlagDocument } from "../../../src/flags/document.ts";
import type { EvaluationContext, EvaluationInput } from "../../../src/evaluation/types.ts";

/** A valid boolean flag that serves "on"; give what the test is about. */
export function aFlag(overrides: Partial<FlagDocument> = {}): FlagDocument {
  return {
    schemaVersion: 1,
    key: "f",
    kind: "flag",
    type: "boolean",
    version: 1,
    enabled: true,
    variants: { on: true, off: false },
    offVariant: "off",
    default: { variant: "on" },
    rules: [],
    prerequisites: [],
    clientVisible: true,
    metadata: {},
    ...overrides,
  };
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
