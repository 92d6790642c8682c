import type { Change, VersionTags } from "../flags/changes.ts";

/** One version, the fields that changed at it (null if everything did), and its tag if it was selected and has one. */
export type OutboxRow = [version: number, fields: string[] | null, tag?: string | null];

function toChanges(rows: readonly OutboxRow[]): Change[] {
  return rows.map(([version, fields]) => [version, fields ?? "*"]);
}

/**
 * Returns the changes in `(since, asOf]`. Returns `undefined` if `rows` do not have every version in between, or are
 * null, because `since` is a version of another history.
 */
export function changesSince(
  rows: readonly OutboxRow[] | null,
  since: number | undefined,
  asOf: number,
): Change[] | undefined {
  if (rows === null || since === undefined || since > asOf || rows.length !== asOf - since) return undefined;
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

/** Returns the tags of these versions, and that of `version`, as far as they are known. */
export function versionTagsOf(rows: readonly OutboxRow[] | null, version: number, tag: string | null): VersionTags {
  const tags = new Map<number, string>();
  for (const [at, , rowTag] of rows ?? []) if (rowTag != null) tags.set(at, rowTag);
  return tag === null ? tags : tags.set(version, tag);
}
