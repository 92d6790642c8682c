import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CASE_OPERATORS, OPERATOR_VALUES, valueKindOf, WITHOUT_EACH } from "../../../../src/flags/value-kinds.ts";
import { AttributeInput } from "../fields/attribute-input.tsx";
import { Select } from "../fields/select.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { changeOperator, changeTruth, type Leaf, type TruthText } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";
import { hashedOf } from "./hashed.ts";
import { HashedValues } from "./hashed-values.tsx";
import { OperatorSelect } from "./operator-select.tsx";
import { ReaderInput } from "./reader-input.tsx";
import { ValueTools } from "./value-tools.tsx";
import { type Notation, notationOf } from "./values.ts";
import { ValuesInput } from "./values-input.tsx";

const TRUTHS = [
  ["false", "the condition is false"],
  ["true", "the condition is true"],
  ["unknown", "the condition is unknown"],
] as const;

/** One test of an attribute in one line: its name, an operator and values. Everything else is in a closed part. */
export function LeafEditor({ condition, onChange, pointer, lists }: EditorProps<Leaf>): JSX.Element {
  const { operator, read, values = [] } = condition;
  const [isJson, setJson] = useState(() => notationOf(values) === "json");
  const notation = isJson || notationOf(values) === "json" ? "json" : "text";
  const option = { condition, onChange, pointer };
  const hashed = hashedOf(condition);
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
        {hashed !== undefined && <HashedValues {...option} leaf={hashed} />}
        {OPERATOR_VALUES[operator] !== "none" && condition.packed === undefined && (
          <ValuesInput
            operator={operator}
            read={read}
            notation={notation}
            values={values}
            onChange={(changed) => onChange({ ...condition, values: changed })}
            pointer={`${pointer}/values`}
          />
        )}
      </div>
      <MoreOptions {...option} notation={notation} setJson={setJson} />
    </>
  );
}

/** The options of a condition, and tools for a list of values. Open at first if the condition has an option. */
function MoreOptions({
  notation,
  setJson,
  ...option
}: OptionProps & { notation: Notation; setJson: (isJson: boolean) => void }): JSX.Element | null {
  const { condition, onChange, pointer } = option;
  const { operator, read, values = [] } = condition;
  const [isOpen] = useState(OPTIONS.some((name) => condition[name] !== undefined));
  const kind = valueKindOf(operator, read);
  const change = (changed: Leaf["values"]): void => onChange({ ...condition, values: changed ?? [] });
  if (kind === "none") return null;
  return (
    <details class="more" open={isOpen}>
      <summary>More options</summary>
      <div class="options">
        {CASE_OPERATORS.has(operator) && <OptionCheckbox {...option} field="caseInsensitive" label="Ignore case" />}
        {!WITHOUT_EACH.has(operator) && <OptionCheckbox {...option} field="each" label="Test each element of a list" />}
        {kind === "scalar" && (
          <Checkbox
            label="Numbers and booleans"
            isChecked={notation === "json"}
            onChange={(wanted) => {
              setJson(wanted);
              if (!wanted) change(values.map(String).filter((text) => text.trim() !== ""));
            }}
            pointer={`${pointer}/values/-`}
          />
        )}
        <ReaderInput {...option} />
        <UnusableSelects {...option} />
      </div>
      {(kind === "text" || (kind === "scalar" && notation === "text")) && (
        <ValueTools values={values} onChange={change} />
      )}
    </details>
  );
}

const OPTIONS = ["caseInsensitive", "each", "read", "missing", "invalid"] as const;

type OptionProps = Pick<EditorProps<Leaf>, "condition" | "onChange" | "pointer">;

/** An option that a condition has or leaves out. */
function OptionCheckbox({
  condition,
  onChange,
  pointer,
  field,
  label,
}: OptionProps & { field: "caseInsensitive" | "each"; label: string }): JSX.Element {
  return (
    <Checkbox
      label={label}
      isChecked={condition[field] === true}
      onChange={(isChecked) => {
        const { [field]: _, ...rest } = condition;
        onChange(isChecked ? { ...rest, [field]: true } : rest);
      }}
      pointer={`${pointer}/${field}`}
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
