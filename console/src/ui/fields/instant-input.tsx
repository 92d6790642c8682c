import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { controlText, instantOf } from "./instant.ts";
import { ProblemText, useField } from "./problems.tsx";

/** An instant in UTC, with what it is where the person sits. */
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
  const field = useField(pointer);
  const at = typeof value === "string" ? parseInstant(value) : value;
  return (
    <div class="field">
      <label for={id}>{label} (UTC)</label>
      <input
        {...field}
        id={id}
        type="datetime-local"
        value={controlText(value)}
        onChange={(event) => onChange(instantOf(event.currentTarget.value))}
      />
      <ProblemText pointer={pointer} />
      {at !== undefined && Number.isFinite(at) && <span class="hint">{new Date(at).toLocaleString()} here</span>}
    </div>
  );
}
