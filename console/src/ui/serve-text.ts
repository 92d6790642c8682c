import type { Serve } from "../../../api-client/contract.ts";

/** What is served, in a few words. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant;
  const { weights } = "rollout" in serve ? serve.rollout : serve.draw;
  return weights.map(([variant, weight]) => `${variant} ${weight / 1000} %`).join(", ");
}
