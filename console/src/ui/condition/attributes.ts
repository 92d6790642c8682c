/** Names of attributes to suggest. */
import type { Condition } from "../../../../sdk/client/contract.ts";
import { childrenOf } from "./condition.ts";

/** What the worker itself reads from a request. */
const REQUEST = [
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

/** Names of attributes in use, with those that are always there. */
export function attributesOf(conditions: readonly Condition[]): string[] {
  const names = new Set(["targetingKey", ...REQUEST.map((name) => `request.${name}`)]);
  const collect = (condition: Condition): void => {
    childrenOf(condition)?.forEach(collect);
    if ("attribute" in condition && typeof condition.attribute === "string") names.add(condition.attribute);
  };
  conditions.forEach(collect);
  return [...names].toSorted();
}
