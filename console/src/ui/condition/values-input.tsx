import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Operator } from "../../../../src/flags/document.ts";
import { OPERATOR_VALUES } from "../../../../src/flags/value-kinds.ts";
import { InstantInput } from "../fields/instant-input.tsx";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { Tick } from "../fields/text-input.tsx";
import type { Scalar } from "./condition.ts";
import { notationOf, type Notation, parseNumber, parseValues, parseVersions, valuesText } from "./values.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
  /** Of the list. */
  pointer: string;
}

/** The values of a condition, by what its operator compares. */
export function ValuesInput({ operator, ...props }: Props & { operator: Operator }): JSX.Element | null {
  const kind = OPERATOR_VALUES[operator];
  switch (kind) {
    case "none":
      return null;
    case "scalar":
      return <Scalars {...props} />;
    case "text":
      return <Lines {...props} label="Values, one per line" />;
    case "pattern":
      return (
        <Lines {...props} label="Patterns, one per line" hint="RE2 syntax; found anywhere unless ^ and $ stand." />
      );
    case "version":
      return <Lines {...props} label="Versions, one per line" hint="As 1.2.3 or 2.0.0-beta.1" parse={parseVersions} />;
    case "address":
      return <Lines {...props} label="Blocks, one per line" hint="As 10.0.0.0/8, 2001:db8::/32 or one address" />;
    case "number":
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
  parse?: typeof parseVersions;
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

/** Text a line at a time, or JSON where numbers, booleans and null are meant. */
function Scalars(props: Props): JSX.Element {
  const [isJson, setJson] = useState(() => notationOf(props.values) === "json");
  const notation = isJson || notationOf(props.values) === "json" ? "json" : "text";
  return (
    <div class="field">
      <Lines
        // Another notation is another text.
        key={notation}
        {...props}
        notation={notation}
        label="Values, one per line"
        {...(notation === "json" ? { hint: 'Each as JSON: 12, true, null, "text"' } : {})}
      />
      <Tick
        label="Not only text"
        isTicked={notation === "json"}
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
      format={String}
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
          <NumberAt {...props} index={start + 1} label="to (included)" />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove range ${start / 2 + 1}`}
            onClick={() => onChange(values.toSpliced(start, 2))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...values, 0, 0])}>
        Add a range
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
            label={i === 0 ? "Instant" : "or"}
            value={typeof value === "number" || typeof value === "string" ? value : undefined}
            onChange={(instant) => onChange(shown.with(i, instant ?? ""))}
            pointer={`${pointer}/${i}`}
          />
          {shown.length > 1 && (
            <button
              type="button"
              class="quiet"
              aria-label={`Remove instant ${i + 1}`}
              onClick={() => onChange(shown.toSpliced(i, 1))}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <button type="button" class="small" onClick={() => onChange([...shown, ""])}>
        Add an instant
      </button>
      <ProblemText pointer={pointer} />
    </div>
  );
}
