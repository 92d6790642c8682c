import type { Condition } from "../../../../sdk/client/contract.ts";
import { countHashes, type HashedLeaf } from "../../../../src/flags/hashes/hashed-leaf.ts";

/** Returns the numbers of values and hashes in a condition, such as `3 values, 12,000 hashes`. */
export function sizeText(condition: Condition): string {
  const { values, hashes } = sizeOf(condition);
  const count = (n: number, one: string, many: string): string[] =>
    n === 0 ? [] : [n === 1 ? `1 ${one}` : `${n.toLocaleString("en")} ${many}`];
  return [...count(values, "value", "values"), ...count(hashes, "hash", "hashes")].join(", ");
}

function sizeOf(condition: Condition): { values: number; hashes: number } {
  if ("all" in condition) return sum(condition.all);
  if ("any" in condition) return sum(condition.any);
  if ("not" in condition) return sizeOf(condition.not);
  if (!("attribute" in condition)) return { values: 0, hashes: 0 };
  const { read, values = [] } = condition;
  if (typeof read === "object" && "sha256" in read) return { values: 0, hashes: countHashes(condition as HashedLeaf) };
  return { values: values.length, hashes: 0 };
}

function sum(conditions: readonly Condition[]): { values: number; hashes: number } {
  const sizes = conditions.map(sizeOf);
  return {
    values: sizes.reduce((total, { values }) => total + values, 0),
    hashes: sizes.reduce((total, { hashes }) => total + hashes, 0),
  };
}
