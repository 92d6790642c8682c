/** The ways to serve variants, and how one becomes another. */
import type { Flag, Serve } from "../../../../sdk/client/contract.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import type { Weights } from "./weights.ts";

export type ServeForm = "variant" | "rollout" | "draw" | "error";
type Options = readonly (readonly [ServeForm, string])[];

const VARIANT = ["variant", "One variant"] as const;
const ROLLOUT = ["rollout", "Percentage rollout"] as const;
const ERROR = ["error", "An error"] as const;
const DRAW = ["draw", "Random draw in each evaluation"] as const;

/** Returns the ways in which a flag of this kind can serve variants here. */
export function formsOf(kind: NonNullable<Flag["kind"]>, isDefault: boolean, serve: Serve): Options {
  // An error comes from an import. It can be replaced here, but not chosen.
  return "error" in serve ? [...editableForms(kind, isDefault), ERROR] : editableForms(kind, isDefault);
}

function editableForms(kind: NonNullable<Flag["kind"]>, isDefault: boolean): Options {
  switch (kind) {
    case "flag":
      return [VARIANT, ROLLOUT];
    case "switch":
      return [VARIANT];
    case "sample":
      return isDefault ? [DRAW] : [VARIANT, DRAW];
  }
}

export function serveFormOf(serve: Serve): ServeForm {
  if ("variant" in serve) return "variant";
  if ("error" in serve) return "error";
  return "rollout" in serve ? "rollout" : "draw";
}

/** Returns the serve in another form. A variant becomes 100% of a rollout; a rollout becomes its largest variant. */
export function serveAs(form: ServeForm, serve: Serve, variants: readonly string[]): Serve {
  if (form === serveFormOf(serve) || form === "error") return serve;
  const weights = weightsOf(serve, variants);
  if (form === "draw") return { draw: { weights } };
  if (form === "rollout") return { rollout: { by: ["targetingKey"], hash: "murmur3-mulshift", weights } };
  const [largest] = weights.toSorted(([, a], [, b]) => b - a);
  return { variant: largest?.[0] ?? variants[0] ?? "" };
}

function weightsOf(serve: Serve, variants: readonly string[]): Weights {
  if ("rollout" in serve) return serve.rollout.weights;
  if ("draw" in serve) return serve.draw.weights;
  const variant = ("variant" in serve ? serve.variant : null) ?? variants[0] ?? "";
  const others = variants.filter((name) => name !== variant).map((name): [string, number] => [name, 0]);
  // The served variant goes last, because the last share gives way when another one is raised.
  return [...others, [variant, WEIGHT_TOTAL]];
}
