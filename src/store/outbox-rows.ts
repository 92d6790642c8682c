import { type Change, changesAfter, contiguousEnd } from "../flags/changes.ts";

/** One version, the fields that changed at it (null if everything did), and its tag if it has one. */
export type OutboxRow = [version: number, fields: string[] | null, tag?: string | null];

/** `before` is the tag of the version before the first row. */
function toChanges(rows: readonly OutboxRow[], before?: string | null): Change[] {
  return rows.map(([version, fields], i) => {
    const [previous, , previousTag] = rows[i - 1] ?? [version - 1, null, before];
    const names = fields ?? "*";
    return previous === version - 1 && previousTag != null ? [version, names, previousTag] : [version, names];
  });
}

/**
 * Returns the changes in `(since, asOf]`. Returns `undefined` if `rows` do not have every version in between. A row of
 * the version `since` tells the tag that they lead on from. Without `since`, returns all that the rows tell with such a
 * tag; `undefined` if there is none.
 */
export function changesSince(
  rows: readonly OutboxRow[],
  since: number | undefined,
  asOf: number,
): Change[] | undefined {
  if (since === undefined) {
    const last = contiguousEnd(toChanges(rows), asOf).slice(1);
    return last.length === 0 ? undefined : last;
  }
  if (since > asOf) return undefined;
  return since === asOf ? [] : changesAfter(toChanges(rows), since, asOf);
}

/**
 * Returns the changes to publish up to `version`. `rows` has every version since the oldest that is not done,
 * ascending; it is null if they are too many. `before` is the tag of the version before the first. If they do not lead
 * to `version` without a gap, the change is "everything", because a change that is left out would never be purged.
 */
export function pendingChanges(
  rows: readonly OutboxRow[] | null,
  version: number,
  before: string | null = null,
): Change[] {
  const first = rows?.[0]?.[0];
  if (rows !== null && (first === undefined || rows.length === version - first + 1)) return toChanges(rows, before);
  return [[version, "*"]];
}
