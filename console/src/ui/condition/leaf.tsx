import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Operator, Reader } from "../../../../src/flags/document.ts";
import { CASE_OPERATORS, OPERATOR_VALUES, readersOf } from "../../../../src/flags/value-kinds.ts";
import { AttributeInput } from "../fields/attribute-input.tsx";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { changeOperator, changeTruth, type Leaf, OPERATOR_GROUPS, READER_TEXTS, type TruthText } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";
import { ValuesInput } from "./values-input.tsx";

const TRUTHS = [
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
            read={condition.read}
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
        <ReaderSelect condition={condition} onChange={onChange} pointer={pointer} />
        {hasValues && <UnusableSelects condition={condition} onChange={onChange} pointer={pointer} />}
      </div>
    </>
  );
}

type OptionProps = Pick<EditorProps<Leaf>, "condition" | "onChange" | "pointer">;

/** The form in which versions are written, for operators that have a choice. */
function ReaderSelect({ condition, onChange, pointer }: OptionProps): JSX.Element | null {
  const readers = readersOf(condition.operator);
  if (readers.length === 0) return null;
  return (
    <Select
      label="Versions have"
      value={condition.read ?? ""}
      options={[
        ["", "three numbers, with or without a leading v"],
        ...readers.map((reader) => [reader, READER_TEXTS[reader]] as const),
      ]}
      onChange={(chosen) => {
        const { read: _, ...rest } = condition;
        onChange(chosen === "" ? rest : { ...rest, read: chosen as Reader });
      }}
      pointer={`${pointer}/read`}
    />
  );
}

/** The condition's value if the attribute is missing, and if it is there but cannot be compared. */
function UnusableSelects({ condition, onChange, pointer }: OptionProps): JSX.Element {
  const byDefault = condition.missing === "unknown" ? "unknown" : "false";
  return (
    <>
      <Select
        label="If the attribute is missing"
        value={String(condition.missing ?? false)}
        options={TRUTHS}
        onChange={(chosen) => onChange(changeTruth(condition, "missing", chosen as TruthText))}
        pointer={`${pointer}/missing`}
      />
      <Select
        label="If it cannot be compared"
        value={condition.invalid === undefined ? "" : String(condition.invalid)}
        options={[["", `the condition is ${byDefault} (default)`], ...TRUTHS]}
        onChange={(chosen) => onChange(changeTruth(condition, "invalid", chosen as TruthText | ""))}
        pointer={`${pointer}/invalid`}
        hint="An attribute of another type, null, or text that is not a date, version or address."
      />
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
