import { Fragment, type JSX } from "preact";
import { useId } from "preact/hooks";
import type { Operator } from "../../../../src/flags/document.ts";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { OPERATOR_GROUPS } from "./condition.ts";

/** The prefix of an option's value that marks the opposite of an operator. */
const NOT = "not ";

/** The operator of a condition, by the kind of its values. */
export function OperatorSelect({
  isLabelHidden,
  operator,
  isNegated,
  onChange,
  pointer,
}: {
  isLabelHidden?: boolean;
  operator: Operator;
  /** Whether the condition is the opposite of the operator. If it is `undefined`, the list has no opposites. */
  isNegated?: boolean | undefined;
  onChange: (operator: Operator, isNegated: boolean) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const field = useField(pointer);
  return (
    <Field id={id} label="Operator" isLabelHidden={isLabelHidden}>
      <select
        {...field}
        id={id}
        value={isNegated === true ? NOT + operator : operator}
        title={operator}
        onChange={({ currentTarget: { value } }) => onChange(value.replace(NOT, "") as Operator, value.startsWith(NOT))}
      >
        {OPERATOR_GROUPS.map(({ label, operators }) => (
          <optgroup key={label} label={label}>
            {operators.map(([name, text, opposite]) => (
              <Fragment key={name}>
                <option value={name}>{text}</option>
                {isNegated !== undefined && <option value={NOT + name}>{opposite}</option>}
              </Fragment>
            ))}
          </optgroup>
        ))}
      </select>
      <ProblemText pointer={pointer} />
    </Field>
  );
}
