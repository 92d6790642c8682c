import type { Resolution } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";

/** How the resolutions of a flag become Flipt's results. */
export type ResultShape =
  | { type: "boolean" }
  | {
      type: "variant";
      hasDefault: boolean;
      /** The rules for buckets without a variant, which match nothing to Flipt. */
      rests: ReadonlySet<string>;
      /** The attachments, by variant key. */
      attachments: ReadonlyMap<string, JsonValue>;
    };

/** Returns the response of `/evaluate/v1/boolean` or `/evaluate/v1/variant`, without its times and segments. */
export function resultOf(resolution: Resolution, flagKey: string, shape: ResultShape): unknown {
  const value = resolvedValue(resolution);
  const rule = "ruleId" in resolution ? resolution.ruleId : undefined;
  if (shape.type === "boolean")
    return { enabled: value === true, flagKey, reason: reasonOf(rule === undefined ? "DEFAULT" : "MATCH") };
  const match = rule !== undefined && !shape.rests.has(rule);
  const unmatched = shape.hasDefault ? "DEFAULT" : "UNKNOWN";
  const variantKey = typeof value === "string" ? value : "";
  const attachment = shape.attachments.get(variantKey);
  return {
    match,
    flagKey,
    variantKey,
    variantAttachment: attachment === undefined ? "" : JSON.stringify(attachment),
    reason: reasonOf(resolution.reason === "DISABLED" ? "FLAG_DISABLED" : match ? "MATCH" : unmatched),
  };
}

function reasonOf(name: string): string {
  return `${name}_EVALUATION_REASON`;
}
