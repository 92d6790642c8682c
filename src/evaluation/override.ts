import { planFlag } from "./compile.ts";
import { TRUE } from "./truth.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "./types.ts";

type Overridden = (variant: string, input: EvaluationInput) => Resolution | undefined;

/** Made when a flag is overridden for the first time: no other flag carries anything for it. */
const overridable = new WeakMap<CompiledFlag, Overridden>();

/**
 * The resolution with that variant in the place of rules and default. Undefined where the override does not count: the flag
 * has no such variant, is disabled, or lacks a prerequisite. Like evaluating, never throws.
 */
export function overrideFlag(flag: CompiledFlag, variant: string, input: EvaluationInput): Resolution | undefined {
  let overridden = overridable.get(flag);
  if (overridden === undefined) {
    overridden = compileOverride(flag);
    overridable.set(flag, overridden);
  }
  try {
    return overridden(variant, input);
  } catch {
    return undefined;
  }
}

function compileOverride({ document }: CompiledFlag): Overridden {
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
      // The same object every time, as a flag's other resolutions are.
      resolution = Object.freeze({ reason: "TARGETING_MATCH", variant, value, isOverride: true });
      resolutions.set(variant, resolution);
    }
    return resolution;
  };
}
