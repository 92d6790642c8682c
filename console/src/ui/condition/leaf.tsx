import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Operator } from "../../../../src/flags/document.ts";
import { CASE_OPERATORS, OPERATOR_VALUES } from "../../../../src/flags/value-kinds.ts";
import { AttributeInput } from "../fields/attribute-input.tsx";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { changeOperator, type Leaf, OPERATOR_GROUPS } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";
import { ValuesInput } from "./values-input.tsx";

const MISSING = [
  ["false", "the condition is false"],
  ["true", "the condition is true"],
  ["unknown", "the condition is unknown"],
] as const;

/** One test of an attribute: its name, an operator and values. */
export function LeafEditor({ condition, onChange, pointer, lists }: EditorProps<Leaf>): JSX.Element {
  const { operator } = condition;
  const hasValues = OPERATOR_VALUES[operator] !== "none";
  return (
    <>
      <div class="leaf">
        <AttributeInput
          label="Attribute"
          value={condition.attribute}
          onChange={(attribute) => onChange({ ...condition, attribute })}
          pointer={`${pointer}/attribute`}
          list={lists.attributes}
        />
        <OperatorSelect
          operator={operator}
          onChange={(changed) => onChange(changeOperator(condition, changed))}
          pointer={`${pointer}/operator`}
        />
        {hasValues && (
          <ValuesInput
            operator={operator}
            values={condition.values ?? []}
            onChange={(values) => onChange({ ...condition, values })}
            pointer={`${pointer}/values`}
          />
        )}
      </div>
      <div class="options">
        {CASE_OPERATORS.has(operator) && (
          <Checkbox
            label="Ignore case"
            isChecked={condition.caseInsensitive === true}
            onChange={(isChecked) => {
              const { caseInsensitive: _, ...rest } = condition;
              onChange(isChecked ? { ...rest, caseInsensitive: true } : rest);
            }}
            pointer={`${pointer}/caseInsensitive`}
          />
        )}
        {hasValues && (
          <Select
            label="If the attribute is missing"
            value={String(condition.missing ?? false)}
            options={MISSING}
            onChange={(chosen) => {
              const { missing: _, ...rest } = condition;
              onChange(chosen === "false" ? rest : { ...rest, missing: chosen === "true" ? true : "unknown" });
            }}
            pointer={`${pointer}/missing`}
          />
        )}
      </div>
    </>
  );
}

function OperatorSelect({
  operator,
  onChange,
  pointer,
}: {
  operator: Operator;
  onChange: (operator: Operator) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const field = useField(pointer);
  return (
    <Field id={id} label="Operator">
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
