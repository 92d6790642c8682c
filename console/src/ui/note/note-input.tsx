import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { MAX_NOTE_LENGTH, noteProblem } from "../../../../src/flags/formats/change-note.ts";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";

/** The pointer of the note on a page that has it beside other fields. */
export const NOTE = "/-note";

/** Returns whether a note can be sent. An empty one can if none is required. */
export function isNoteReady(text: string, isRequired: boolean): boolean {
  return text.trim() === "" ? !isRequired : noteProblem(text.trim()) === undefined;
}

/** Asks why the person makes a change. */
export function NoteInput({
  text,
  isRequired,
  isFocused = false,
  onChange,
}: {
  text: string;
  isRequired: boolean;
  /** Whether a dialog that opens has the focus here. */
  isFocused?: boolean;
  onChange: (text: string) => void;
}): JSX.Element {
  const id = useId();
  const problem = noteProblem(text.trim());
  return (
    <Field id={id} label={isRequired ? "Why? (required)" : "Why? (optional)"}>
      <input
        type="text"
        {...useField(NOTE)}
        id={id}
        value={text}
        required={isRequired}
        autofocus={isFocused}
        autocomplete="off"
        placeholder="A ticket, or the reason in a few words"
        {...(problem === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` })}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <ProblemText pointer={NOTE} />
      {problem === undefined ? (
        <span class="hint">The audit log shows it. At most {MAX_NOTE_LENGTH} characters.</span>
      ) : (
        <span class="problem" id={`${id}-problem`}>
          {problem}
        </span>
      )}
    </Field>
  );
}
