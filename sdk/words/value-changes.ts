/** Differences of conditions that differ only in long lists of values. */
import type { Condition } from "../client/contract.ts";
import { differences } from "../client/differences.ts";
import { MANY_VALUES, pathText } from "./condition.ts";
import { countText, listText, valueText } from "./names.ts";
import { valueAt } from "./place.ts";

interface ListChange {
  attribute: string;
  before: string;
  after: string;
}

/** The number of added or removed values that a sentence names. */
const NAMED = 10;

/**
 * Returns the lists that differ, with the values that each of them gained and lost. Returns `undefined` if anything
 * else differs, or if the lists are short enough to be read whole.
 */
export function valueChanges(before: Condition, after: Condition): ListChange[] | undefined {
  const leaves = new Set<string>();
  for (const { pointer } of differences(before, after)) {
    const leaf = /^(.*)\/values(?:\/\d+)?$/.exec(pointer)?.[1];
    if (leaf === undefined) return undefined;
    leaves.add(leaf);
  }
  const changes = [...leaves].map((leaf) => listChange(valueAt(before, leaf), valueAt(after, leaf)));
  return changes.every((one) => one !== undefined) ? changes : undefined;
}

function listChange(before: unknown, after: unknown): ListChange | undefined {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (Math.max(old.length, now.length) <= MANY_VALUES) return undefined;
  const [had, has] = [new Set(old), new Set(now)];
  const added = now.filter((value) => !had.has(value));
  const removed = old.filter((value) => !has.has(value));
  const parts = [...partOf("added", added), ...partOf("removed", removed)];
  if (parts.length === 0) parts.push("the same ones, listed in another way");
  return {
    attribute: pathText((after as { attribute: string | string[] }).attribute),
    before: countText(old.length, "value"),
    after: `${countText(now.length, "value")} (${parts.join("; ")})`,
  };
}

function valuesOf(leaf: unknown): unknown[] {
  return (leaf as { values?: unknown[] }).values ?? [];
}

function partOf(verb: string, values: readonly unknown[]): string[] {
  return values.length === 0 ? [] : [`${verb} ${listText(values.map(valueText), "and", NAMED)}`];
}
