import { useRef, useState } from "preact/hooks";

/** Returns the fields with typed text that is not a value, such as "ten" for a number. It is not in any draft. */
export function fieldsWithInvalidText(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLInputElement>("input, textarea, select") ?? [])].filter(
    (control) => control.validity.customError,
  );
}

/** Follows whether a person has typed invalid text into a form, or into an element with forms. */
export function useInvalidText<T extends HTMLElement = HTMLFormElement>() {
  const form = useRef<T>(null);
  const [isInvalid, setInvalid] = useState(false);
  return {
    form,
    isInvalid,
    /** Whether the text is still there: its field can be gone without an input event. */
    remains: () => isInvalid && fieldsWithInvalidText(form.current).length > 0,
    /** For the element, which its fields' events reach. */
    onInput: () => setInvalid(fieldsWithInvalidText(form.current).length > 0),
    clear: () => setInvalid(false),
  };
}
