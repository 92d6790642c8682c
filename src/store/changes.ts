import type { Change } from "../flags/head.ts";

/** Versions that a reading or a write tells of, at most. */
export const MAX_CHANGES = 64;

/** Null fields: everything. */
export type OutboxRow = [version: number, fields: string[] | null];

export function toChanges(rows: readonly OutboxRow[]): Change[] {
  return rows.map(([version, fields]) => [version, fields ?? "*"]);
}

/** What changed in `(since, asOf]`; undefined when `rows` do not tell of every version in between. */
export function changesSince(
  rows: readonly OutboxRow[],
  since: number | undefined,
  asOf: number,
): Change[] | undefined {
  if (since === undefined || since > asOf || rows.length !== asOf - since) return undefined;
  return toChanges(rows);
}

/**
 * What is to be published up to `version`. `rows`: every version since the oldest that is not done, ascending; null:
 * they are too many. Unless they lead there without a gap it is everything: what is left out would never be purged.
 */
export function pendingChanges(rows: readonly OutboxRow[] | null, version: number): Change[] {
  const first = rows?.[0]?.[0];
  if (rows !== null && (first === undefined || rows.length === version - first + 1)) return toChanges(rows);
  return [[version, "*"]];
}
