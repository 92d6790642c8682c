/** The ways to serve variants, and how one becomes another. */
import type { Flag, Serve } from "../../../../sdk/client/contract.ts";
import { type ServedError, WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { totalOf } from "./hash-space.ts";
import { rescaleWeights, type Weights } from "./weights.ts";

export type ServeForm = "variant" | "rollout" | "draw" | "error";
type Options = readonly (readonly [ServeForm, string])[];

const VARIANT = ["variant", "One variant"] as const;
const ROLLOUT = ["rollout", "Percentage rollout"] as const;
const ERROR = ["error", "An error"] as const;
const DRAW = ["draw", "Random draw in each evaluation"] as const;

/** The errors that a flag can serve, in words. */
export const ERROR_TEXTS: Record<ServedError, string> = {
  PARSE_ERROR: "the flag cannot be read (PARSE_ERROR)",
  TYPE_MISMATCH: "the value has another type (TYPE_MISMATCH)",
  TARGETING_KEY_MISSING: "the targeting key is missing (TARGETING_KEY_MISSING)",
  INVALID_CONTEXT: "the context is not valid (INVALID_CONTEXT)",
  GENERAL: "any other error (GENERAL)",
};

/** Returns the ways in which a flag of this kind can serve variants. */
export function formsOf(kind: NonNullable<Flag["kind"]>, isDefault: boolean): Options {
  switch (kind) {
    case "flag":
      return [VARIANT, ROLLOUT, ERROR];
    case "switch":
      return [VARIANT];
    case "sample":
      return isDefault ? [DRAW] : [VARIANT, DRAW, ERROR];
  }
}

export function serveFormOf(serve: Serve): ServeForm {
  if ("variant" in serve) return "variant";
  if ("error" in serve) return "error";
  return "rollout" in serve ? "rollout" : "draw";
}

/** Returns the serve in another form. A variant becomes 100% of a rollout; a rollout becomes its largest variant. */
export function serveAs(form: ServeForm, serve: Serve, variants: readonly string[]): Serve {
  if (form === serveFormOf(serve)) return serve;
  if (form === "error") return { error: "GENERAL" };
  const weights = weightsOf(serve, variants);
  if (form === "draw") return { draw: { weights } };
  if (form === "rollout") return { rollout: { by: ["targetingKey"], hash: "murmur3-mulshift", weights } };
  const [largest] = weights.toSorted(([, a], [, b]) => b - a);
  return { variant: largest?.[0] ?? variants[0] ?? "" };
}

function weightsOf(serve: Serve, variants: readonly string[]): Weights {
  if ("rollout" in serve) return rescaleWeights(serve.rollout.weights, totalOf(serve.rollout), WEIGHT_TOTAL);
  if ("draw" in serve) return serve.draw.weights;
  const variant = ("variant" in serve ? serve.variant : null) ?? variants[0] ?? "";
  const others = variants.filter((name) => name !== variant).map((name): [string, number] => [name, 0]);
  // The served variant goes last, because the last share gives way when another one is raised.
  return [...others, [variant, WEIGHT_TOTAL]];
}
