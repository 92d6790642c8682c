/** A write without a note concerns an environment that requires one. Nothing was changed. */
export class NoteRequiredError extends Error {
  override readonly name = "NoteRequiredError";
}
