/** The versions of an environment and the change at each. Purges and fills exchange them. */

/** The fields of an environment that are not flag keys; no flag key contains "@". */
export const KEYS_FIELD = "@keys";
export const INDEX_FIELD = "@index";

/** The number of versions that a head, a reading or a write lists at most. */
export const MAX_CHANGES = 64;
/**
 * The number of changes that are kept beside a head, for readers that were idle: at 50 updates a second, those of 80
 * seconds.
 */
export const MAX_OLDER_CHANGES = 4000;
/** The number of fields that the changes of a head name at most; the newest change is always listed. */
export const MAX_NAMES = 400;
/** A change of more fields than this is recorded as "everything". */
export const MAX_NAMES_PER_CHANGE = 200;

/**
 * One version and the fields (flag keys, `@keys`, `@index`) that changed at it; "*" if everything did. `before` is the
 * random tag of the version before, if it is known: a restored database gives versions out again, and only the tag
 * tells which of them the change leads on from. The versions that a restore has lost, and those that took their place,
 * are two histories.
 */
export type Change = [version: number, fields: string[] | "*", before?: string];

/** The newest version of an environment and its last changes: oldest first, without a gap, ending at `version`. */
export interface Head {
  version: number;
  changes: Change[];
  /** The tag of `version`. `undefined` if unknown. */
  tag?: string | undefined;
}

/** Returns the longest end of the list without a gap in its versions. Empty if the list does not end at `version`. */
export function contiguousEnd(changes: readonly Change[], version: number): Change[] {
  let first = changes.length;
  for (let expected = version; first > 0 && changes[first - 1]?.[0] === expected; expected -= 1) first -= 1;
  return changes.slice(first);
}

/** Returns the changes after `known`, up to `version`, or `undefined` if the list does not reach back to `known`. */
export function changesAfter(changes: readonly Change[], known: number, version: number): Change[] | undefined {
  const end = contiguousEnd(changes, version);
  const first = end[0]?.[0];
  return first === undefined || first > known + 1 ? undefined : end.slice(known + 1 - first);
}

/**
 * Returns the changes that lead from `known` to the head. Returns `undefined` if the head does not list them all, or if
 * they lead on from a version of that number with another tag.
 */
export function changesFrom({ changes, version }: Head, known: number, tag: string | undefined): Change[] | undefined {
  const news = changesAfter(changes, known, version);
  return news?.[0]?.[2] === tag ? news : undefined;
}

/** Whether two tags of one version tell that it has two contents. An unknown tag does not. */
export function hasOtherTag(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Returns every field that the changes name, or "*" if one of them changed everything. */
export function fieldsOf(changes: readonly Change[]): Set<string> | "*" {
  const fields = new Set<string>();
  for (const [, names] of changes) {
    if (names === "*") return "*";
    for (const name of names) fields.add(name);
  }
  return fields;
}
