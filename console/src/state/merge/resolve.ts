/** Merges two edits, and asks the person about the places that both changed. */
import { documentChanges } from "../../../../sdk/words/changes.ts";
import { askConflict, type ConflictChoice } from "../../ui/review/conflict.tsx";
import { wordingOf } from "../wording.ts";
import { merge, type Side } from "./merge.ts";

export interface Sides<T> {
  /** The document from which both sides began. */
  base: T;
  mine: T;
  theirs: T;
}

export interface Resolved<T> {
  merged: T;
  /** The fields that have the other side's change, in words. */
  theirs: string[];
}

/** Returns the merge of both edits, or `undefined` if the person does not decide. */
export async function resolve<T extends object>(
  key: string,
  { base, mine, theirs }: Sides<T>,
): Promise<Resolved<T> | undefined> {
  const { conflicts } = merge(base, mine, theirs);
  const decided = new Map<string, Side>();
  if (conflicts.length > 0) {
    const withSide = (pointer: string, side: Side): T =>
      merge(base, mine, theirs, (other) => (other === pointer ? side : "theirs")).merged;
    const choices = conflicts.map(({ pointer }): ConflictChoice => ({
      pointer,
      changes: changesOf(withSide(pointer, "theirs"), withSide(pointer, "mine"), key),
    }));
    const chosen = await askConflict({ key, choices });
    if (chosen === undefined) return undefined;
    for (const [pointer, side] of chosen) decided.set(pointer, side);
  }
  const { merged } = merge(base, mine, theirs, (pointer) => decided.get(pointer) ?? "theirs");
  return { merged, theirs: changesOf(mine, merged, key).map(({ subject }) => subject) };
}

function changesOf(before: object, after: object, key: string): ReturnType<typeof documentChanges> {
  return documentChanges(before as Record<string, unknown>, after as Record<string, unknown>, wordingOf(key));
}
