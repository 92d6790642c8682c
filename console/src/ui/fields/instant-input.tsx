import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { timeText } from "../../../../sdk/words/time.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { Field } from "./field.tsx";
import { instantOfLocal, localControlText } from "./local-instant.ts";
import { ProblemText, useField } from "./problems.tsx";

/** The last instant that JavaScript knows. */
const LAST = 8.64e15;

/** A date and time in the time zone of the browser, with UTC below it. */
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
  const at = typeof value === "string" ? parseInstant(value) : (value ?? NaN);
  const isInstant = Math.abs(at) <= LAST;
  return (
    <Field id={id} label={`${label} (${LOCAL_ZONE})`}>
      <input
        {...useField(pointer)}
        id={id}
        type="datetime-local"
        // By default, only whole minutes are valid, and an instant of now has seconds.
        step="any"
        value={isInstant ? localControlText(new Date(at).toISOString()) : ""}
        onChange={(event) => onChange(instantOfLocal(event.currentTarget.value))}
      />
      <ProblemText pointer={pointer} />
      {isInstant && LOCAL_ZONE !== "UTC" && <span class="hint">{timeText(at, "UTC")}</span>}
    </Field>
  );
}
