import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { keyProblem, RESERVED_NAME } from "../../../../src/flags/limits.ts";
import { Field } from "./field.tsx";
import { ProblemText, useField } from "./problems.tsx";

/** Returns the problem with a name. `taken` holds the names of its siblings. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  const problem = keyProblem(name);
  if (problem !== undefined) return problem;
  if (name === RESERVED_NAME) return "is a reserved name";
  return taken.includes(name) ? "is already used" : undefined;
}

/** A name. It takes effect when the field loses the focus, because half a name may be the name of something else. */
export function NameInput({
  label,
  isLabelHidden,
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
  // An empty new field shows no problem before the person has been in it.
  const [isTouched, setTouched] = useState(name !== "");
  const shownProblem = isTouched ? problem : "";
  useEffect(() => control.current?.setCustomValidity(problem), [problem]);
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      <input
        type="text"
        {...field}
        {...(shownProblem === "" ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` })}
        id={id}
        ref={control}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => {
          // This runs before the event reaches the form, which tracks whether its text is valid.
          currentTarget.setCustomValidity(nameProblem(currentTarget.value, taken) ?? "");
          setState({ text: currentTarget.value, of: name });
        }}
        onBlur={() => setTouched(true)}
        onInvalid={() => setTouched(true)}
        onChange={() => problem === "" && text !== name && onChange(text)}
      />
      {shownProblem === "" ? (
        <ProblemText pointer={pointer} />
      ) : (
        <span class="problem" id={`${id}-problem`}>
          {shownProblem}
        </span>
      )}
    </Field>
  );
}
