import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { noteRequest } from "../../state/session.ts";
import { FormDialog } from "../dialog-form.tsx";
import { isNoteReady, NoteInput } from "./note-input.tsx";

/** Asks for the note that an environment requires, if a change was sent without one. The page has this once. */
export function NotePrompt(): JSX.Element | null {
  const open = noteRequest.open.value;
  return open === undefined ? null : <Open key={open.id} {...open} />;
}

function Open({ reason, choose }: { reason: string; choose: (note: string | undefined) => void }): JSX.Element {
  const [text, setText] = useState("");
  return (
    <FormDialog
      title="Why are you making this change?"
      action="Continue"
      isReady={isNoteReady(text, true)}
      onSubmit={() => choose(text.trim())}
      onClose={() => choose(undefined)}
    >
      <p>{reason}</p>
      <NoteInput text={text} isRequired onChange={setText} />
    </FormDialog>
  );
}
