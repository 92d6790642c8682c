import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Field } from "./field.tsx";
import { type Covers, ProblemText, useField } from "./problems.tsx";

/** A labelled line of text, or a text area with `lines` lines. */
export function TextInput({
  label,
  isLabelHidden,
  value,
  onChange,
  pointer,
  lines,
  hint,
  covers,
  ...attributes
}: {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  pointer: string;
  lines?: number;
  hint?: string;
  /** Default: the field shows only its own problems. */
  covers?: Covers;
  type?: "url";
  placeholder?: string;
  list?: string | undefined;
  maxLength?: number;
  readOnly?: boolean;
  required?: boolean;
}): JSX.Element {
  const id = useId();
  const common = {
    ...attributes,
    ...useField(pointer, covers),
    id,
    value,
    autocomplete: "off" as const,
    onInput: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      {lines === undefined ? (
        <input type="text" spellcheck={false} {...common} />
      ) : (
        <textarea rows={lines} {...common} />
      )}
      <ProblemText pointer={pointer} covers={covers} />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </Field>
  );
}

export function Checkbox({
  label,
  isChecked,
  onChange,
  pointer,
}: {
  label: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  pointer: string;
}): JSX.Element {
  return (
    <label class="choice">
      <input
        {...useField(pointer)}
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
      <ProblemText pointer={pointer} />
    </label>
  );
}
