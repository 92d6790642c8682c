import type { LastEvaluated } from "../../../store/usage/last-evaluated.ts";

/** The time of last evaluation as the API returns it. */
export interface LastEvaluatedView {
  /** The later of the other two. */
  lastEvaluatedAt: string | null;
  lastUsedAt: string | null;
  lastRequestedAt: string | null;
}

/** Formats the times at which a flag was last evaluated. */
export function lastView(last: LastEvaluated | null | undefined): LastEvaluatedView {
  const [lastUsedAt, lastRequestedAt] = [isoOf(last?.usedAt), isoOf(last?.requestedAt)];
  return { lastEvaluatedAt: latest(lastUsedAt, lastRequestedAt), lastUsedAt, lastRequestedAt };
}

/** Returns a time of the store as ISO 8601 in UTC. */
export function isoOf(time: string | null | undefined): string | null {
  return time == null ? null : new Date(time).toISOString();
}

/** Returns the later of two times in one form. */
export function latest(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}
