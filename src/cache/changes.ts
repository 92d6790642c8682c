/** What the tiers ask of a list of changes. Lists are oldest first; only their contiguous end counts. */
import type { Change } from "../flags/head.ts";

/** How far back a head remembers: this many versions … */
export const MAX_CHANGES = 64;
/** … naming this many fields in all. Must equal the limits in scripts.ts. */
export const MAX_NAMES = 400;
/** A change of more fields than this is recorded as "everything". */
export const MAX_NAMES_PER_CHANGE = 200;

/** The longest end of the list in which versions follow each other; empty when it does not end at `version`. */
export function contiguousEnd(changes: readonly Change[], version: number): Change[] {
  let first = changes.length;
  for (let expected = version; first > 0 && changes[first - 1]?.[0] === expected; expected -= 1) first -= 1;
  return changes.slice(first);
}

/** The changes after `known`, up to the list's end at `version`; undefined when the list does not reach back so far. */
export function changesAfter(changes: readonly Change[], known: number, version: number): Change[] | undefined {
  const end = contiguousEnd(changes, version);
  const first = end[0]?.[0];
  return first === undefined || first > known + 1 ? undefined : end.slice(known + 1 - first);
}

/** Every field that the changes name, or "*" when one of them changed everything. */
export function fieldsOf(changes: readonly Change[]): Set<string> | "*" {
  const fields = new Set<string>();
  for (const [, names] of changes) {
    if (names === "*") return "*";
    for (const name of names) fields.add(name);
  }
  return fields;
}
