import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Field } from "./field.tsx";
import { isSame, type Parsed } from "./parsed.ts";
import { ProblemText, useField } from "./problems.tsx";

/**
 * A text control for a value that has to be parsed. The text stays as the person typed it. While it cannot be parsed,
 * the value does not change and the surrounding form is invalid, so that nobody saves a value that is not visible.
 */
export function ParsedInput<T>({
  label,
  isLabelHidden,
  value,
  format,
  parse,
  onChange,
  pointer,
  lines,
  hint,
  ...attributes
}: {
  label: string;
  isLabelHidden?: boolean;
  value: T;
  format: (value: T) => string;
  parse: (text: string) => Parsed<T>;
  onChange: (value: T) => void;
  pointer: string;
  /** Number of lines of a text area. The control has one line by default. */
  lines?: number;
  hint?: string;
  placeholder?: string;
  list?: string;
  inputMode?: "decimal" | "numeric";
}): JSX.Element {
  const [state, setState] = useState(() => ({ text: format(value), of: value }));
  const control = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const id = useId();
  const field = useField(pointer, "below");
  // If the value was changed elsewhere, the typed text is obsolete.
  const text = isSame(value, state.of) ? state.text : format(value);
  const parsed = parse(text);
  const problem = "problem" in parsed ? parsed.problem : "";
  useEffect(() => control.current?.setCustomValidity(problem), [problem]);
  const common = {
    ...attributes,
    ...field,
    id,
    ref: control,
    value: text,
    spellcheck: false,
    autocomplete: "off" as const,
    ...(problem === "" ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` }),
    onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      const typed = event.currentTarget.value;
      const read = parse(typed);
      // This runs before the event reaches the form, which tracks whether its text is valid.
      event.currentTarget.setCustomValidity("problem" in read ? read.problem : "");
      setState({ text: typed, of: "value" in read ? read.value : value });
      if ("value" in read && !isSame(read.value, value)) onChange(read.value);
    },
  };
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      {lines === undefined ? <input type="text" {...common} /> : <textarea class="code" rows={lines} {...common} />}
      {problem !== "" && (
        <span class="problem" id={`${id}-problem`}>
          {problem}
        </span>
      )}
      {problem === "" && <ProblemText pointer={pointer} covers="below" />}
      {hint !== undefined && problem === "" && <span class="hint">{hint}</span>}
    </Field>
  );
}
