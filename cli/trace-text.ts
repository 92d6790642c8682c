import type { ConditionTrace } from "../sdk/client/contract.ts";

/** Formats a condition and its results as lines. A group comes before its parts. */
export function traceLines(trace: ConditionTrace, depth = 1): string[] {
  const { all, any, not, condition } = trace;
  const parts = all ?? any ?? [not, condition].filter((part) => part !== undefined);
  return [
    `${"  ".repeat(depth)}${String(trace.result)}: ${textOf(trace)}`,
    ...parts.flatMap((part) => traceLines(part, depth + 1)),
  ];
}

function textOf({
  all,
  any,
  not,
  segment,
  flag,
  variants = [],
  served,
  ranges,
  bucket,
  ...leaf
}: ConditionTrace): string {
  if (all !== undefined) return "all of";
  if (any !== undefined) return "any of";
  if (not !== undefined) return "not";
  if (segment !== undefined) return `in segment ${segment}`;
  if (flag !== undefined)
    return `flag ${flag} serves ${variants.join(" or ")}; it serves ${served ?? "the caller's default"}`;
  if (ranges !== undefined) return `bucket ${bucket ?? "without a key"} in ${JSON.stringify(ranges)}`;
  const { attribute = "", operator = "", isPresent } = leaf;
  return `${[attribute].flat().join(".")} ${operator}${isPresent === false ? ", which is missing" : ""}`;
}
