import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Operator } from "../../../../src/flags/document.ts";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { OPERATOR_GROUPS } from "./condition.ts";

/** The operator of a condition, by the kind of its values. */
export function OperatorSelect({
  isLabelHidden,
  operator,
  onChange,
  pointer,
}: {
  isLabelHidden?: boolean;
  operator: Operator;
  onChange: (operator: Operator) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const field = useField(pointer);
  return (
    <Field id={id} label="Operator" isLabelHidden={isLabelHidden}>
      <select
        {...field}
        id={id}
        value={operator}
        title={operator}
        onChange={(event) => onChange(event.currentTarget.value as Operator)}
      >
        {OPERATOR_GROUPS.map(({ label, operators }) => (
          <optgroup key={label} label={label}>
            {operators.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <ProblemText pointer={pointer} />
    </Field>
  );
}
