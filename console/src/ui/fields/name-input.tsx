import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { KEY_PATTERN, KEY_RULE, RESERVED_NAMES } from "../../../../src/flags/limits.ts";
import { ProblemText, useField } from "./problems.tsx";

/** What is wrong with a name; `taken` are those beside it. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (!KEY_PATTERN.test(name)) return `must be ${KEY_RULE}`;
  if (RESERVED_NAMES.has(name)) return "is a reserved name";
  return taken.includes(name) ? "is there already" : undefined;
}

/** A name of something. It counts once it is left, so that half a name is never that of another thing. */
export function NameInput({
  label,
  isLabelHidden = false,
  name,
  taken,
  onChange,
  pointer,
}: {
  label: string;
  isLabelHidden?: boolean;
  name: string;
  taken: readonly string[];
  onChange: (name: string) => void;
  pointer: string;
}): JSX.Element {
  const [state, setState] = useState({ text: name, of: name });
  const control = useRef<HTMLInputElement>(null);
  const id = useId();
  const field = useField(pointer);
  const text = state.of === name ? state.text : name;
  const problem = nameProblem(text, taken) ?? "";
  // Nobody is told off for a name that is still to be typed.
  const [isTouched, setTouched] = useState(name !== "");
  const said = isTouched ? problem : "";
  useEffect(() => control.current?.setCustomValidity(problem), [problem]);
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </label>
      <input
        type="text"
        {...field}
        {...(said === "" ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` })}
        id={id}
        ref={control}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setState({ text: event.currentTarget.value, of: name })}
        onBlur={() => setTouched(true)}
        onInvalid={() => setTouched(true)}
        onChange={() => problem === "" && text !== name && onChange(text)}
      />
      {said === "" ? (
        <ProblemText pointer={pointer} />
      ) : (
        <span class="problem" id={`${id}-problem`}>
          {said}
        </span>
      )}
    </div>
  );
}
