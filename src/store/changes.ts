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

/** The newest rows whose versions have no gap between them. `rows`: ascending by version. */
export function contiguousTail(rows: readonly OutboxRow[]): Change[] {
  let start = Math.max(rows.length - 1, 0);
  while (start > 0 && rows[start - 1]?.[0] === (rows[start]?.[0] ?? 0) - 1) start--;
  return toChanges(rows.slice(start));
}
