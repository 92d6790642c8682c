import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Field } from "./field.tsx";
import { ProblemText, useField } from "./problems.tsx";

/** A labelled select. A value that is not one of the options is shown as unknown. */
export function Select({
  label,
  isLabelHidden,
  value,
  options,
  onChange,
  pointer,
  hint,
  required,
}: {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  pointer: string;
  hint?: string;
  required?: boolean;
}): JSX.Element {
  const id = useId();
  const isKnown = options.some(([option]) => option === value);
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      <select
        {...useField(pointer)}
        id={id}
        value={value}
        required={required}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {!isKnown && <option value={value}>{value === "" ? "Choose…" : `${value} (unknown)`}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <ProblemText pointer={pointer} />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </Field>
  );
}
