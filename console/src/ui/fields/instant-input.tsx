import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { Field } from "./field.tsx";
import { controlText, instantOf } from "./instant.ts";
import { ProblemText, useField } from "./problems.tsx";

/** A date and time in UTC, with the local time below it. */
export function InstantInput({
  label,
  value,
  onChange,
  pointer,
}: {
  label: string;
  value: string | number | undefined;
  onChange: (instant: string | undefined) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const at = typeof value === "string" ? parseInstant(value) : value;
  return (
    <Field id={id} label={`${label} (UTC)`}>
      <input
        {...useField(pointer)}
        id={id}
        type="datetime-local"
        value={controlText(value)}
        onChange={(event) => onChange(instantOf(event.currentTarget.value))}
      />
      <ProblemText pointer={pointer} />
      {at !== undefined && Number.isFinite(at) && (
        <span class="hint">{new Date(at).toLocaleString()} in your time zone</span>
      )}
    </Field>
  );
}
