import { useRef, useState } from "preact/hooks";

/** Whether a form contains typed text that is not a value, such as "ten" for a number. It is not in any draft. */
function hasInvalidText(form: HTMLFormElement | null): boolean {
  return [...(form?.elements ?? [])].some(
    (control) => "validity" in control && (control as HTMLInputElement).validity.customError,
  );
}

/** Follows whether a person has typed invalid text into a form. */
export function useInvalidText() {
  const form = useRef<HTMLFormElement>(null);
  const [isInvalid, setInvalid] = useState(false);
  return {
    form,
    isInvalid,
    /** Whether the text is still there: its field can be gone without an input event. */
    remains: () => isInvalid && hasInvalidText(form.current),
    /** For the form, which its fields' events reach. */
    onInput: (event: { currentTarget: HTMLFormElement }) => setInvalid(hasInvalidText(event.currentTarget)),
    clear: () => setInvalid(false),
  };
}
