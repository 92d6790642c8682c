import type { HeldUsage, RedisUsage } from "../../cache/redis/usage/redis-usage.ts";
import type { CountRow } from "../../usage/usage-count.ts";
import { splitUsage } from "./parts.ts";

/** The counts that one sweep has moved. */
export interface MovedUsage {
  /** The counts that this sweep has added; those that another one had added before are left out. */
  counts: CountRow[];
  /** Evaluations for which there was no room in Redis. */
  dropped: number;
}

/**
 * Moves the counts from Redis to Postgres. Each step can be repeated, by this sweep or by another one: Redis sets the
 * counts apart under one id, Postgres adds each part of that id once, and Redis deletes only what has that id. So a
 * sweep that dies anywhere loses and doubles nothing.
 */
export async function moveUsage(
  redis: Pick<RedisUsage, "take" | "deleteMoved">,
  add: (id: string, counts: readonly CountRow[]) => Promise<boolean>,
): Promise<MovedUsage> {
  const held: HeldUsage | undefined = await redis.take();
  if (held === undefined) return { counts: [], dropped: 0 };
  const added: CountRow[] = [];
  for (const { id, counts } of splitUsage(held.batch, held.counts)) if (await add(id, counts)) added.push(...counts);
  await redis.deleteMoved(held.batch);
  return { counts: added, dropped: held.dropped };
}
