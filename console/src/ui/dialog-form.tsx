import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { clearNote, setNote } from "../state/change-note.ts";
import { requiresNote } from "../state/environments.ts";
import { Dialog } from "./dialog.tsx";
import { isNoteReady, NoteInput } from "./note/note-input.tsx";

interface DialogFormProps {
  action: string;
  /** The action's label while `onSubmit` runs. Default: `action`. */
  busyAction?: string;
  cancel?: string;
  /** The text that a person must type first. There is nothing to type if it is `undefined`. */
  typed?: string | undefined;
  isReady?: boolean;
  /** Whether the action takes something away: people lose a feature, or something is gone. Its button is red. */
  isDestructive?: boolean;
  /** The environments that `onSubmit` changes: the form asks why, and insists where one of them requires a note. */
  changes?: readonly string[] | undefined;
  /** Whether the focus starts at the reason, because the form has no fields of its own. */
  hasOnlyReason?: boolean;
  /** Whether the change comes after `onSubmit`. */
  changesLater?: boolean;
  onSubmit: () => void | Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** The form in a dialog: its fields, the text to type where the change needs it, Cancel, and the action. */
export function DialogForm({
  action,
  busyAction = action,
  cancel = "Cancel",
  typed,
  isReady = true,
  isDestructive = false,
  changes,
  hasOnlyReason = false,
  changesLater = false,
  onSubmit,
  onClose,
  children,
}: DialogFormProps): JSX.Element {
  const [text, setText] = useState("");
  const [note, setNoteText] = useState("");
  const isNoteRequired = changes?.some(requiresNote) === true;
  const [isBusy, setBusy] = useState(false);
  // A second click can come before the button is drawn as disabled.
  const isRunning = useRef(false);
  const isTyped = typed === undefined || text === typed;
  const isFocused = hasOnlyReason && typed === undefined;
  const isEnabled = isReady && !isBusy && isTyped && isNoteReady(note, isNoteRequired);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!isEnabled || isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    if (changes !== undefined) setNote(note.trim(), changesLater);
    try {
      await onSubmit();
    } finally {
      if (changes !== undefined && !changesLater) clearNote();
      isRunning.current = false;
      setBusy(false);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      {children}
      {typed !== undefined && (
        <label class="field">
          <span>
            Type <code>{typed}</code> to confirm
          </span>
          <input
            value={text}
            autofocus
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      )}
      {changes !== undefined && (
        <NoteInput text={note} isRequired={isNoteRequired} isFocused={isFocused} onChange={setNoteText} />
      )}
      <footer class="actions">
        <button type="button" onClick={onClose}>
          {cancel}
        </button>
        <button type="submit" class={isDestructive ? "primary destructive" : "primary"} disabled={!isEnabled}>
          {isBusy ? busyAction : action}
        </button>
      </footer>
    </form>
  );
}

/** A dialog that is one form. */
export function FormDialog({ title, ...form }: DialogFormProps & { title: string }): JSX.Element {
  return (
    <Dialog title={title} onClose={form.onClose}>
      <DialogForm {...form} />
    </Dialog>
  );
}
