/** The attribute names that editors suggest. */
import type { Condition } from "../../../../sdk/client/contract.ts";
import { childrenOf } from "./condition.ts";

/** The attributes that the worker reads from a request (src/http/evaluation/context.ts). */
export const REQUEST_ATTRIBUTES = [
  "country",
  "region",
  "city",
  "continent",
  "timezone",
  "asn",
  "colo",
  "ip",
  "language",
  "userAgentFamily",
];

/** Returns the attributes that these conditions use, and those that every evaluation has. */
export function attributesOf(conditions: readonly Condition[]): string[] {
  const names = new Set(["targetingKey", ...REQUEST_ATTRIBUTES.map((name) => `request.${name}`)]);
  const collect = (condition: Condition): void => {
    childrenOf(condition)?.forEach(collect);
    if ("attribute" in condition && typeof condition.attribute === "string") names.add(condition.attribute);
  };
  conditions.forEach(collect);
  return [...names].toSorted();
}
