import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { ProblemText, useField } from "./problems.tsx";

/** A labelled line of text, or an area of `lines`. */
export function TextInput({
  label,
  isLabelHidden = false,
  value,
  onChange,
  pointer,
  lines,
  hint,
  ...attributes
}: {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  pointer: string;
  lines?: number;
  hint?: string;
  placeholder?: string;
  list?: string | undefined;
  readOnly?: boolean;
  required?: boolean;
}): JSX.Element {
  const id = useId();
  const common = {
    ...attributes,
    ...useField(pointer),
    id,
    value,
    autocomplete: "off" as const,
    onInput: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </label>
      {lines === undefined ? (
        <input type="text" spellcheck={false} {...common} />
      ) : (
        <textarea rows={lines} {...common} />
      )}
      <ProblemText pointer={pointer} />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </div>
  );
}

/** A labelled box to tick. */
export function Tick({
  label,
  isTicked,
  onChange,
  pointer,
}: {
  label: string;
  isTicked: boolean;
  onChange: (isTicked: boolean) => void;
  pointer: string;
}): JSX.Element {
  const field = useField(pointer);
  return (
    <label class="choice">
      <input
        {...field}
        type="checkbox"
        checked={isTicked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
      <ProblemText pointer={pointer} />
    </label>
  );
}
