import type { JSX } from "preact";

/** Where a person types what shows that it is meant. Nothing, where nothing has to be typed. */
export function TypedField({
  typed,
  text,
  onInput,
}: {
  typed: string | undefined;
  text: string;
  onInput: (text: string) => void;
}): JSX.Element | null {
  if (typed === undefined) return null;
  return (
    <label class="field">
      <span>
        Type <code>{typed}</code> to confirm
      </span>
      <input
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

/** Whether what has to be typed is there. */
export function isTyped(typed: string | undefined, text: string): boolean {
  return typed === undefined || text === typed;
}
