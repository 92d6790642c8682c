import type { Serve } from "./contract.ts";

/** Describes what a rule or a default serves: a variant, or each variant with its percentage. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant;
  const { weights } = "rollout" in serve ? serve.rollout : serve.draw;
  // Weights are out of 100,000.
  return weights.map(([variant, weight]) => `${variant} ${weight / 1000}%`).join(", ");
}
