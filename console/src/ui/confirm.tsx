import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { isTyped, TypedField } from "./typed-field.tsx";

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
          if (isTyped(typed, text)) answer(true);
        }}
      >
        <p>{detail}</p>
        <TypedField typed={typed} text={text} onInput={setText} />
        <footer class="actions">
          <button type="button" onClick={() => answer(false)}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={!isTyped(typed, text)}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
