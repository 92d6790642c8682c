import { useEffect, useRef, useState } from "preact/hooks";
import { isSame } from "./parsed.ts";
import type { Problem } from "./problem.ts";
import { controlProblems } from "./refused-fields.ts";

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
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const hasText = (): boolean => fieldsWithInvalidText(form.current).length > 0;
  const follow = (): void =>
    setRefused((before) => {
      if (before.length === 0) return before;
      const remaining = controlProblems(form.current).filter(({ pointer }) =>
        before.some((problem) => problem.pointer === pointer),
      );
      return isSame(remaining, before) ? before : remaining;
    });
  // A field can be gone or filled without an input event, such as that of a removed rule.
  useEffect(() => {
    if (isInvalid && !hasText()) setInvalid(false);
    follow();
  });
  return {
    form,
    isInvalid,
    /** The controls for which a review was refused and that are still invalid. */
    problems: refused,
    /** Shows the problem of each invalid control at the control, and returns them. */
    refuse(): readonly Problem[] {
      const problems = controlProblems(form.current);
      setRefused(problems);
      return problems;
    },
    /** Whether the text is still there: its field can be gone without an input event. */
    remains: () => isInvalid && hasText(),
    /** For the element, which its fields' events reach. */
    onInput: () => {
      setInvalid(hasText());
      follow();
    },
    clear: () => {
      setInvalid(false);
      setRefused([]);
    },
  };
}
