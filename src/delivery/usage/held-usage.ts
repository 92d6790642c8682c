import type { HeldUsage } from "../../cache/redis/usage/redis-usage.ts";
import type { CountRow } from "../../usage/usage-count.ts";
import { MAX_PARTS, partId, partOf } from "./parts.ts";

/** Returns the ids under which parts of these counts may already be in Postgres. */
export function possibleParts(held: readonly Pick<HeldUsage, "batch">[]): string[] {
  const splits = Array.from({ length: MAX_PARTS }, (_, i) => i + 1);
  return held.flatMap(({ batch }) =>
    splits.flatMap((parts) => Array.from({ length: parts }, (_, part) => partId(batch, part, parts))),
  );
}

/**
 * Returns the counts that Postgres does not have. `moved` are the ids that it had after Redis was read. A sweep may
 * have moved more of the same batch than was read here; then all of it is there.
 */
export function notMoved(held: readonly HeldUsage[], moved: ReadonlySet<string>): CountRow[] {
  return held.flatMap(({ batch, counts }) => {
    const known = [...moved].filter((id) => id.startsWith(`${batch}.`));
    const parts = Number(known[0]?.split("/").at(-1));
    return known.length === 0
      ? counts
      : counts.filter((count) => !moved.has(partId(batch, partOf(count, parts), parts)));
  });
}
