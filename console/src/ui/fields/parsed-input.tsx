import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { isSame, type Parsed } from "./parsed.ts";
import { ProblemText, useField } from "./problems.tsx";

/**
 * A control for text that stands for a value. What is typed stays as typed; while it cannot be read the value stays what
 * it was and the form around is invalid, so that nothing is saved that nobody can see.
 */
export function ParsedInput<T>({
  label,
  isLabelHidden = false,
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
  /** More than one: an area of so many lines. */
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
  // The value was changed elsewhere: what was typed stands for nothing any more.
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
    onInput: (event: { currentTarget: { value: string } }) => {
      const typed = event.currentTarget.value;
      const read = parse(typed);
      setState({ text: typed, of: "value" in read ? read.value : value });
      if ("value" in read && !isSame(read.value, value)) onChange(read.value);
    },
  };
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </label>
      {lines === undefined ? <input type="text" {...common} /> : <textarea class="code" rows={lines} {...common} />}
      {problem !== "" && (
        <span class="problem" id={`${id}-problem`}>
          {problem}
        </span>
      )}
      {problem === "" && <ProblemText pointer={pointer} covers="below" />}
      {hint !== undefined && problem === "" && <span class="hint">{hint}</span>}
    </div>
  );
}
