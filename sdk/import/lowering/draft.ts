import type { Draft, Note, ReportEntry } from "../types.ts";

/** Thrown while a flag is lowered, if the flag has a part that no document can express. */
export class NotImportable extends Error {
  override readonly name = "NotImportable";
  readonly place: string;

  constructor(place: string, reason: string) {
    super(reason);
    this.place = place;
  }
}

/** Collects the notes of one flag or segment. */
export class Notes {
  readonly notes: Note[] = [];
  isApproximate = false;

  /** Adds something that a reader should know, once. It does not change a result. */
  note(place: string, text: string): void {
    if (!this.notes.some((one) => one.place === place && one.text === text)) this.notes.push({ place, text });
  }

  /** Adds something that may change a result. */
  approximate(place: string, text: string): void {
    this.isApproximate = true;
    this.note(place, text);
  }
}

/**
 * Runs the lowering of one flag or segment, and describes its outcome. `lower` returns nothing if other items contain
 * the result.
 */
export function draftOf<T>(
  { kind, key, place }: Pick<ReportEntry, "kind" | "key" | "place">,
  lower: (notes: Notes) => T | undefined,
): Draft<T> {
  const notes = new Notes();
  try {
    const item = lower(notes);
    const outcome = notes.isApproximate ? "approximate" : notes.notes.length > 0 ? "exact with a note" : "exact";
    return { item, entry: { kind, key, place, outcome, notes: notes.notes } };
  } catch (error) {
    if (!(error instanceof NotImportable)) throw error;
    return { item: undefined, entry: refusal({ kind, key, place }, error.place, error.message) };
  }
}

/** Returns the entry of something that cannot be imported. */
export function refusal(
  { kind, key, place }: Pick<ReportEntry, "kind" | "key" | "place">,
  where: string,
  reason: string,
): ReportEntry {
  return { kind, key, place, outcome: "not importable", notes: [{ place: where, text: reason }] };
}
