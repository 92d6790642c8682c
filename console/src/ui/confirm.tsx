import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";

interface Question {
  title: string;
  detail: string;
  action: string;
  /** What has to be typed before it may be done. */
  typed?: string | undefined;
  answer: (isConfirmed: boolean) => void;
}

const question = signal<Question | undefined>(undefined);

/** Asks and resolves with the answer. With `typed`, only who types it may go on. */
export function confirm(asked: Omit<Question, "answer">): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer: (isConfirmed) => {
        question.value = undefined;
        resolve(isConfirmed);
      },
    };
  });
}

/** Where questions appear; once per page. */
export function Confirmations(): JSX.Element | null {
  return question.value === undefined ? null : <Confirmation {...question.value} />;
}

function Confirmation({ title, detail, action, typed, answer }: Question): JSX.Element {
  const [text, setText] = useState("");
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === undefined || text === typed) answer(true);
        }}
      >
        <p>{detail}</p>
        {typed !== undefined && (
          <label class="field">
            <span>
              Type <code>{typed}</code> to confirm
            </span>
            <input
              value={text}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
        )}
        <footer class="actions">
          <button type="button" onClick={() => answer(false)}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={typed !== undefined && text !== typed}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
