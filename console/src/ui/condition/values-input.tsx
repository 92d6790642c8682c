import type { JSX } from "preact";
import type { Operator, Reader } from "../../../../src/flags/document.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { SINGLE_VALUE_OPERATORS, TYPE_NAMES, type ValueKind, valueKindOf } from "../../../../src/flags/value-kinds.ts";
import type { Parsed } from "../fields/parsed.ts";
import { InstantInput } from "../fields/instant-input.tsx";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { RemoveButton } from "../remove-button.tsx";
import type { Scalar } from "./condition.ts";
import { ValueChips } from "./value-chips.tsx";
import { type Notation, parseHashes, parseLines, parseNumber, parseType, parseVersion, valuesText } from "./values.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
  /** Pointer to the list of values. */
  pointer: string;
}

type Parse = (text: string, read: Reader | undefined) => Parsed<Scalar>;

/** The kinds of values that are chips. */
const CHIPS: Partial<Record<ValueKind, { label: string; hint?: string; options?: readonly string[]; parse?: Parse }>> =
  {
    scalar: { label: "Values" },
    text: { label: "Values" },
    version: { label: "Versions", hint: "For example 1.2.3 or 2.0.0-beta.1", parse: parseVersion },
    address: { label: "CIDR blocks", hint: "For example 10.0.0.0/8, 2001:db8::/32, or a single address" },
    type: { label: "Types", options: TYPE_NAMES, parse: parseType },
    number: { label: "Numbers", parse: parseNumber },
  };

/** The values of a condition, with the control that suits its operator. */
export function ValuesInput({
  operator,
  read,
  notation,
  ...props
}: Props & { operator: Operator; read?: Reader | undefined; notation: Notation }): JSX.Element | null {
  const kind = valueKindOf(operator, read);
  if (kind === "none") return null;
  if (kind === "range") return <Ranges {...props} />;
  if (kind === "instant") return <Instants {...props} />;
  if (SINGLE_VALUE_OPERATORS.has(operator)) {
    const isText = kind === "text" || (kind === "bound" && typeof props.values[0] === "string");
    return isText ? <Lines {...props} label="Value" /> : <NumberAt {...props} index={0} label="Value" />;
  }
  const chips = CHIPS[kind];
  if (chips === undefined) return <LinesOf {...props} kind={kind} />;
  const { parse, ...texts } = chips;
  const isJson = kind === "scalar" && notation === "json";
  return (
    <ValueChips
      // The other notation writes the same values as other texts, so start with a new control.
      key={`${kind} ${notation}`}
      {...props}
      {...texts}
      {...(parse === undefined ? {} : { parse: (text: string) => parse(text, read) })}
      {...(isJson ? { notation, hint: 'Write each value as JSON: 12, true, null, "text"' } : {})}
    />
  );
}

/** Values that contain commas, such as `a{1,3}`, or that nobody types, such as hashes. */
function LinesOf({ kind, ...props }: Props & { kind: ValueKind }): JSX.Element {
  if (kind === "pattern") {
    return (
      <Lines
        {...props}
        label="Patterns, one per line"
        hint="RE2 syntax. A pattern matches anywhere in the text unless ^ and $ anchor it."
      />
    );
  }
  if (kind === "json")
    return <Lines {...props} label="JSON, one value per line" hint='For example [1,2] or {"plan":"pro"}' />;
  return (
    <details>
      <summary>Hexadecimal hashes</summary>
      <Lines {...props} label="Hashes, one per line" hint="SHA-256 as 64 hexadecimal digits" parse={parseHashes} />
    </details>
  );
}

function Lines({
  values,
  onChange,
  pointer,
  label,
  hint,
  parse = parseLines,
}: Props & { label: string; hint?: string; parse?: typeof parseLines }): JSX.Element {
  return (
    <ParsedInput
      label={label}
      value={values as Scalar[]}
      format={valuesText}
      parse={parse}
      onChange={onChange}
      pointer={pointer}
      lines={Math.min(8, Math.max(2, values.length + 1))}
      {...(hint === undefined ? {} : { hint })}
    />
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
