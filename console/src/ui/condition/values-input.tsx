import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Operator, Reader } from "../../../../src/flags/document.ts";
import { SINGLE_VALUE_OPERATORS, TYPE_NAMES, valueKindOf } from "../../../../src/flags/value-kinds.ts";
import { InstantInput } from "../fields/instant-input.tsx";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { Checkbox } from "../fields/text-input.tsx";
import { RemoveButton } from "../remove-button.tsx";
import type { Scalar } from "./condition.ts";
import { ValueTools } from "./value-tools.tsx";
import {
  notationOf,
  type Notation,
  parseHashes,
  parseNumber,
  parseValues,
  parseVersions,
  valuesText,
} from "./values.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
  /** Pointer to the list of values. */
  pointer: string;
}

/** The values of a condition, with the control that suits its operator. */
export function ValuesInput({
  operator,
  read,
  ...props
}: Props & { operator: Operator; read?: Reader | undefined }): JSX.Element | null {
  const kind = valueKindOf(operator, read);
  switch (kind) {
    case "none":
      return null;
    case "scalar":
      return <Scalars {...props} />;
    case "text":
      return (
        <ValueTools {...props}>
          <Lines {...props} label="Values, one per line" />
        </ValueTools>
      );
    case "pattern":
      return (
        <Lines
          {...props}
          label="Patterns, one per line"
          hint="RE2 syntax. A pattern matches anywhere in the text unless ^ and $ anchor it."
        />
      );
    case "version":
      return (
        <Lines
          {...props}
          label="Versions, one per line"
          hint="For example 1.2.3 or 2.0.0-beta.1"
          parse={(text) => parseVersions(text, read)}
        />
      );
    case "address":
      return (
        <Lines
          {...props}
          label="CIDR blocks, one per line"
          hint="For example 10.0.0.0/8, 2001:db8::/32, or a single address"
        />
      );
    case "type":
      return <Lines {...props} label="Types, one per line" hint={`One of ${TYPE_NAMES.join(", ")}`} />;
    case "json":
      return <Lines {...props} label="JSON, one value per line" hint='For example [1,2] or {"plan":"pro"}' />;
    case "hash":
      return (
        <details>
          <summary>Hexadecimal hashes</summary>
          <Lines {...props} label="Hashes, one per line" hint="SHA-256 as 64 hexadecimal digits" parse={parseHashes} />
        </details>
      );
    case "bound":
      if (typeof props.values[0] === "string") return <Lines {...props} label="Value" />;
      return <NumberAt {...props} index={0} label="Value" />;
    case "number":
      if (!SINGLE_VALUE_OPERATORS.has(operator))
        return <Lines {...props} label="Numbers, one per line" notation="json" />;
      return <NumberAt {...props} index={0} label="Value" />;
    case "range":
      return <Ranges {...props} />;
    case "instant":
      return <Instants {...props} />;
  }
}

function Lines({
  values,
  onChange,
  pointer,
  label,
  hint,
  notation = "text",
  parse = (text) => parseValues(text, notation),
}: Props & {
  label: string;
  hint?: string;
  notation?: Notation;
  parse?: (text: string) => ReturnType<typeof parseValues>;
}): JSX.Element {
  return (
    <ParsedInput
      label={label}
      value={values as Scalar[]}
      format={(list) => valuesText(list, notation)}
      parse={parse}
      onChange={onChange}
      pointer={pointer}
      lines={Math.min(8, Math.max(2, values.length + 1))}
      {...(hint === undefined ? {} : { hint })}
    />
  );
}

/** One text per line, or one JSON value per line if there are numbers, booleans or null. */
function Scalars(props: Props): JSX.Element {
  const [isJson, setJson] = useState(() => notationOf(props.values) === "json");
  const notation = isJson || notationOf(props.values) === "json" ? "json" : "text";
  const lines = (
    <Lines
      // The other notation writes the same values as another text, so start with a new control.
      key={notation}
      {...props}
      notation={notation}
      label="Values, one per line"
      {...(notation === "json" ? { hint: 'Write each value as JSON: 12, true, null, "text"' } : {})}
    />
  );
  return (
    <div class="field">
      {notation === "json" ? lines : <ValueTools {...props}>{lines}</ValueTools>}
      <Checkbox
        label="Numbers and booleans"
        isChecked={notation === "json"}
        onChange={(wanted) => {
          setJson(wanted);
          if (!wanted) props.onChange(props.values.map(String).filter((text) => text.trim() !== ""));
        }}
        pointer={`${props.pointer}/-`}
      />
    </div>
  );
}

function NumberAt({ values, onChange, pointer, index, label }: Props & { index: number; label: string }): JSX.Element {
  return (
    <ParsedInput<Scalar>
      label={label}
      value={values[index] ?? ""}
      format={(shown) => (typeof shown === "number" ? exactJson(shown) : String(shown))}
      parse={parseNumber}
      onChange={(value) => onChange(index < values.length ? values.with(index, value) : [...values, value])}
      pointer={index === 0 && values.length <= 1 ? pointer : `${pointer}/${index}`}
      inputMode="decimal"
    />
  );
}

function Ranges(props: Props): JSX.Element {
  const { values, onChange, pointer } = props;
  const starts = Array.from({ length: values.length / 2 }, (_, i) => i * 2);
  return (
    <div class="field" data-pointer={pointer} tabIndex={-1}>
      {starts.map((start) => (
        <div key={start} class="row">
          <NumberAt {...props} index={start} label="From" />
          <NumberAt {...props} index={start + 1} label="To (inclusive)" />
          <RemoveButton label={`Remove range ${start / 2 + 1}`} onRemove={() => onChange(values.toSpliced(start, 2))} />
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...values, 0, 0])}>
        Add range
      </button>
      <ProblemText pointer={pointer} />
    </div>
  );
}

function Instants({ values, onChange, pointer }: Props): JSX.Element {
  const shown = values.length === 0 ? [""] : values;
  return (
    <div class="field" data-pointer={pointer} tabIndex={-1}>
      {shown.map((value, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- values have no identity but their place
        <div key={i} class="row">
          <InstantInput
            label={i === 0 ? "Date and time" : "Or"}
            value={typeof value === "number" || typeof value === "string" ? value : undefined}
            onChange={(instant) => onChange(shown.with(i, instant ?? ""))}
            pointer={`${pointer}/${i}`}
          />
          {shown.length > 1 && (
            <RemoveButton label={`Remove date and time ${i + 1}`} onRemove={() => onChange(shown.toSpliced(i, 1))} />
          )}
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...shown, ""])}>
        Add date and time
      </button>
      <ProblemText pointer={pointer} />
    </div>
  );
}
