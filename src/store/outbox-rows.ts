import type { Change } from "../flags/changes.ts";

/** One version and the fields that changed at it; null if everything did. */
export type OutboxRow = [version: number, fields: string[] | null];

function toChanges(rows: readonly OutboxRow[]): Change[] {
  return rows.map(([version, fields]) => [version, fields ?? "*"]);
}

/** Returns the changes in `(since, asOf]`; `undefined` if `rows` do not have every version in between. */
export function changesSince(
  rows: readonly OutboxRow[],
  since: number | undefined,
  asOf: number,
): Change[] | undefined {
  if (since === undefined || since > asOf || rows.length !== asOf - since) return undefined;
  return toChanges(rows);
}

/**
 * Returns the changes to publish up to `version`. `rows` has every version since the oldest that is not done,
 * ascending; it is null if they are too many. If they do not lead to `version` without a gap, the change is
 * "everything", because a change that is left out would never be purged.
 */
export function pendingChanges(rows: readonly OutboxRow[] | null, version: number): Change[] {
  const first = rows?.[0]?.[0];
  if (rows !== null && (first === undefined || rows.length === version - first + 1)) return toChanges(rows);
  return [[version, "*"]];
}
