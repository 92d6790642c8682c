import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../../../sdk/client/client.ts";
import { requiresNote } from "../state/environments.ts";
import { createChangeClient } from "../state/session.ts";
import { Dialog } from "./dialog.tsx";
import { keepFocusIn } from "./kept-focus.ts";
import { isNoteReady, NoteInput } from "./note/note-input.tsx";
import { isConflictOpen } from "./review/conflict.tsx";

interface DialogFormProps {
  action: string;
  /** The action's label while `onSubmit` runs. Default: `action`. */
  busyAction?: string;
  cancel?: string;
  /** The text that a person must type first. There is nothing to type if it is `undefined`. */
  typed?: string | undefined;
  /** The change on the form as a text, or `undefined` while there is none. A different one must be confirmed again. */
  reviewed?: string | undefined;
  isReady?: boolean;
  /** Whether the action takes something away: people lose a feature, or something is gone. Its button is red. */
  isDestructive?: boolean;
  /** The environments that `onSubmit` changes: the form asks why, and insists where one of them requires a note. */
  changes?: readonly string[] | undefined;
  /** Whether the focus starts at the reason, because the form has no fields of its own. */
  hasOnlyReason?: boolean;
  /** Receives the client for all writes of the change, which sends the typed reason with each. */
  onSubmit: (changeClient: Client) => void | Promise<void>;
  onClose: () => void;
  /** Called when `onSubmit` starts and when it ends. */
  onBusy?: (isBusy: boolean) => void;
  children: ComponentChildren;
}

/** The form in a dialog: its fields, the text to type where the change needs it, Cancel, and the action. */
export function DialogForm({
  action,
  busyAction = action,
  cancel = "Cancel",
  typed,
  reviewed,
  isReady = true,
  isDestructive = false,
  changes,
  hasOnlyReason = false,
  onSubmit,
  onClose,
  onBusy,
  children,
}: DialogFormProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState("");
  useLayoutEffect(() => (reviewed === undefined ? undefined : () => setText("")), [typed, reviewed]);
  const [note, setNote] = useState("");
  const isNoteRequired = changes?.some(requiresNote) === true;
  const [isBusy, setBusy] = useState(false);
  // A second click can come before the button is drawn as disabled.
  const isRunning = useRef(false);
  const isTyped = typed === undefined || text === typed;
  const isFocused = hasOnlyReason && typed === undefined;
  const isEnabled = isReady && isTyped && isNoteReady(note, isNoteRequired);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!isEnabled || isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    onBusy?.(true);
    try {
      await onSubmit(createChangeClient(note.trim()));
    } finally {
      isRunning.current = false;
      setBusy(false);
      onBusy?.(false);
      if (form.current !== null) keepFocusIn(form.current);
    }
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
      {children}
      {typed !== undefined && <TypedInput typed={typed} text={text} onInput={setText} />}
      {changes !== undefined && (
        <NoteInput text={note} isRequired={isNoteRequired} isFocused={isFocused} onChange={setNote} />
      )}
      <Actions
        cancel={cancel}
        action={isBusy ? busyAction : action}
        isBusy={isBusy}
        isEnabled={isEnabled}
        isDestructive={isDestructive}
        onCancel={onClose}
      />
    </form>
  );
}

interface TypedInputProps {
  typed: string;
  text: string;
  onInput: (text: string) => void;
}

function TypedInput({ typed, text, onInput }: TypedInputProps): JSX.Element {
  return (
    <label class="field">
      <span>
        Type <code>{typed}</code> to confirm
      </span>
      <input
        value={text}
        autofocus
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

interface ActionsProps {
  cancel: string;
  action: string;
  isBusy: boolean;
  isEnabled: boolean;
  isDestructive: boolean;
  onCancel: () => void;
}

/** The buttons. While the action runs they do nothing, but are not disabled: a disabled button loses the focus. */
function Actions({ cancel, action, isBusy, isEnabled, isDestructive, onCancel }: ActionsProps): JSX.Element {
  return (
    <footer class="actions">
      <button type="button" aria-disabled={isBusy} onClick={() => !isBusy && onCancel()}>
        {cancel}
      </button>
      <button
        type="submit"
        class={isDestructive ? "primary destructive" : "primary"}
        disabled={!isEnabled}
        aria-disabled={isBusy}
      >
        {action}
      </button>
    </footer>
  );
}

/**
 * A dialog that is one form. While its action runs, nothing closes it: a person would take that for the end of the
 * action, and its result can be a secret that is shown once.
 */
export function FormDialog({ title, ...form }: DialogFormProps & { title: string }): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog
      title={title}
      isKeptOpen={isBusy}
      isHidden={isBusy && isConflictOpen.value}
      environments={form.changes}
      onClose={form.onClose}
    >
      <DialogForm {...form} onBusy={setBusy} />
    </Dialog>
  );
}
