import { planFlag } from "./compile.ts";
import { TRUE } from "./truth.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "./types.ts";

type OverrideFunction = (variant: string, input: EvaluationInput) => Resolution | undefined;

/** The override function of each flag, created on the flag's first override. Other flags cost no memory. */
const overrides = new WeakMap<CompiledFlag, OverrideFunction>();

/**
 * Returns the resolution with the given variant, which replaces rules and default. Returns `undefined` if the override
 * does not apply: the flag does not have the variant, is disabled, or has an unmet prerequisite. Never throws.
 */
export function overrideFlag(flag: CompiledFlag, variant: string, input: EvaluationInput): Resolution | undefined {
  let override = overrides.get(flag);
  if (override === undefined) {
    override = compileOverride(flag);
    overrides.set(flag, override);
  }
  try {
    return override(variant, input);
  } catch {
    return undefined;
  }
}

function compileOverride(flag: CompiledFlag): OverrideFunction {
  const document = flag.document();
  const { variants } = document;
  const resolutions = new Map<string, Resolution>();
  let plan: ReturnType<typeof planFlag>;
  try {
    plan = planFlag(document);
  } catch {
    return () => undefined;
  }
  return (variant, input) => {
    if (!plan.enabled || !plan.prerequisites.every((isMet) => isMet(input) === TRUE)) return undefined;
    const value = Object.hasOwn(variants, variant) ? variants[variant] : undefined;
    if (value === undefined) return undefined;
    let resolution = resolutions.get(variant);
    if (resolution === undefined) {
      // A flag's resolutions are always the same objects, so that callers can memoise by identity (see Resolution).
      resolution = Object.freeze({ reason: "TARGETING_MATCH", variant, value, isOverride: true });
      resolutions.set(variant, resolution);
    }
    return resolution;
  };
}
