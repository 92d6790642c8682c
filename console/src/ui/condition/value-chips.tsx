import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Parsed, isSame } from "../fields/parsed.ts";
import { ChipsInput } from "../kit/chips-input.tsx";
import type { Scalar } from "./condition.ts";
import { type Notation, parseValue, summaryOf, valueText } from "./values.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
  /** Pointer to the list of values. */
  pointer: string;
  label: string;
  hint?: string | undefined;
  /** Suggested values. */
  options?: readonly string[];
  notation?: Notation;
  parse?: (text: string) => Parsed<Scalar>;
}

/**
 * Values as chips. Text that is not a value is a marked chip too, but the values do not contain it. While there is such
 * a chip, the surrounding form is invalid, so that nobody saves values without it.
 */
export function ValueChips(props: Props): JSX.Element {
  const { values, onChange, pointer, label, hint, options = [], notation = "text" } = props;
  const { parse = (text) => parseValue(text, notation) } = props;
  const [state, setState] = useState({ bad: [] as string[], of: values });
  // If the values were changed elsewhere, the other text is obsolete.
  const bad = isSame(values, state.of) ? state.bad : [];
  const change = (texts: string[]): void => {
    const good: Scalar[] = [];
    const rest: string[] = [];
    for (const [i, text] of texts.entries()) {
      const before = i < values.length && valueText(values[i] ?? null, notation) === text;
      const parsed = before ? { value: values[i] ?? null } : parse(text);
      if ("value" in parsed) good.push(parsed.value);
      else rest.push(text);
    }
    setState({ bad: rest, of: good });
    if (!isSame(good, values)) onChange(good);
  };
  return (
    <ChipsInput
      label={label}
      values={[...values.map((value) => valueText(value, notation)), ...bad]}
      onChange={change}
      check={(text) => {
        const parsed = parse(text);
        return "problem" in parsed ? parsed.problem : undefined;
      }}
      options={options.map((value) => ({ value, label: value }))}
      pointer={pointer}
      quotes={notation === "json" ? "json" : "csv"}
      summary={summaryOf(values)}
      {...(hint === undefined ? {} : { hint })}
    />
  );
}
