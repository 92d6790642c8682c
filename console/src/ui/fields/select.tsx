import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { ProblemText, useField } from "./problems.tsx";

/** A labelled choice of one. A value that is none of the options is shown as what it is. */
export function Select({
  label,
  isLabelHidden = false,
  value,
  options,
  onChange,
  pointer,
}: {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const field = useField(pointer);
  const isKnown = options.some(([option]) => option === value);
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </label>
      <select {...field} id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {!isKnown && <option value={value}>{value === "" ? "Choose…" : `${value} (unknown)`}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <ProblemText pointer={pointer} />
    </div>
  );
}
