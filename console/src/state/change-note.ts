/** The note of the change that is being made: why the person makes it. */

/** A note for all changes until it is cleared, or for the next change only. */
interface Note {
  text: string;
  isForOne: boolean;
}

let note: Note | undefined;
/** The notes of the changes that were refused, by the error of the call. */
const refused = new WeakMap<object, Note>();

export function setNote(text: string | undefined, isForOne: boolean): void {
  note = text === undefined || text === "" ? undefined : { text, isForOne };
}

export function clearNote(): void {
  note = undefined;
}

/** Returns the note for a change that is sent now. */
export function takeNote(): string | undefined {
  const text = note?.text;
  if (note?.isForOne === true) note = undefined;
  return text;
}

/** Gives the note of a refused change to the next one: the same change, made again on a newer version. */
export function keepNoteOf(error: unknown): void {
  if (typeof error === "object" && error !== null) note = refused.get(error) ?? note;
}

/** Runs a call again with its note if `mayRetry` resolves with `true` after its error. */
export async function withNote<T>(call: () => Promise<T>, mayRetry: (error: unknown) => Promise<boolean>): Promise<T> {
  for (;;) {
    const before = note;
    try {
      return await call();
    } catch (error) {
      // The retry is of the same change. It may have a note that the person was asked for in the meantime.
      const isAgain = await mayRetry(error);
      if (!isAgain) {
        if (before !== undefined && typeof error === "object" && error !== null) refused.set(error, before);
        throw error;
      }
      note ??= before;
    }
  }
}
