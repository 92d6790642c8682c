import type { Serve } from "./contract.ts";

/** Describes what a rule or a default serves: a variant, an error, or each variant with its percentage. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant ?? "the caller's default";
  if ("error" in serve) return `the error ${serve.error}`;
  const { weights } = "rollout" in serve ? serve.rollout : serve.draw;
  const total = ("rollout" in serve ? serve.rollout.total : undefined) ?? 100_000;
  return weights.map(([variant, weight]) => `${variant} ${percentOf(weight, total)}%`).join(", ");
}

/** Returns a share in percent, with up to three decimals. */
function percentOf(weight: number, total: number): number {
  return Math.round((weight * 100_000) / total) / 1000;
}
