/** The note of the change that is being made: why the person makes it. */

/** A note for all changes until it is cleared, or for the next change only. */
interface Note {
  text: string;
  isForOne: boolean;
}

let note: Note | undefined;

export function setNote(text: string, isForOne: boolean): void {
  note = text === "" ? undefined : { text, isForOne };
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

/** Runs a call again with its note if `mayRetry` resolves with `true` after its error. */
export async function withNote<T>(call: () => Promise<T>, mayRetry: (error: unknown) => Promise<boolean>): Promise<T> {
  for (;;) {
    const before = note;
    try {
      return await call();
    } catch (error) {
      // The retry is of the same change. It may have a note that the person was asked for in the meantime.
      const isAgain = await mayRetry(error);
      if (!isAgain) throw error;
      note ??= before;
    }
  }
}
