import type { Serve } from "./contract.ts";
import { bracketed, schemeRemark } from "./scheme-text.ts";

/** Describes what a rule or a default serves: a variant, an error, or each variant with its percentage. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant ?? "the caller's default";
  if ("error" in serve) return `the error ${serve.error}`;
  if ("draw" in serve) return sharesText(serve.draw.weights, WHOLE);
  const { weights, total = WHOLE, hash, onMissingKey } = serve.rollout;
  const random = onMissingKey === "random" ? ["a random bucket without a key"] : [];
  return sharesText(weights, total) + bracketed([...schemeRemark(hash), ...random]);
}

const WHOLE = 100_000;

function sharesText(weights: readonly [string, number][], total: number): string {
  return weights.map(([variant, weight]) => `${variant} ${percentOf(weight, total)}%`).join(", ");
}

/** Returns a share in percent, with up to three decimals. */
function percentOf(weight: number, total: number): number {
  return Math.round((weight * WHOLE) / total) / 1000;
}
