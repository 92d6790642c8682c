import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { watchLeaving } from "./watch-leaving.ts";

const FIELDS = "input, select, textarea";
const INVALID = ":is(input, select, textarea):is(:invalid, [aria-invalid])";

export interface OpenPart {
  /** The element around the button or the editor. */
  place: RefObject<HTMLSpanElement | null>;
  isOpen: boolean;
  open: () => void;
  /** For the element around the editor: Escape and Enter close it. */
  onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * Whether a part of a sentence shows its editor. The focus goes into the editor when a person opens it, and back to
 * the button when they close it by a key. Text that is not a value keeps the editor open, so that it is not lost
 * unseen; Escape drops it.
 */
export function useOpenPart({
  isOpenAtFirst,
  hasProblem,
  onAbandon,
}: {
  isOpenAtFirst: boolean;
  hasProblem: boolean;
  /** Called by Escape in place of closing the part. */
  onAbandon?: (() => void) | undefined;
}): OpenPart {
  const [isOpen, setOpen] = useState(isOpenAtFirst || hasProblem);
  const place = useRef<HTMLSpanElement>(null);
  const takesFocus = useRef(false);
  // Before the next frame, in which the page focuses the field with the problem.
  useLayoutEffect(() => {
    if (hasProblem) setOpen(true);
  }, [hasProblem]);
  useLayoutEffect(() => {
    // The form follows by this event whether its text is valid. It may have gone with the editor.
    if (!isOpen) place.current?.dispatchEvent(new Event("input", { bubbles: true }));
    if (!takesFocus.current) return;
    takesFocus.current = false;
    focusIn(place.current?.querySelector<HTMLElement>(isOpen ? FIELDS : ".part"));
  }, [isOpen]);
  const isInvalid = (): boolean => place.current?.querySelector(INVALID) !== null;
  useEffect(() => {
    if (!isOpen || place.current === null) return;
    return watchLeaving(place.current, () => !isInvalid() && setOpen(false));
  }, [isOpen]);
  return {
    place,
    isOpen,
    open: () => ((takesFocus.current = true), setOpen(true)),
    onKeyDown(event) {
      const { key, target } = event;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const isDone = key === "Enter" && (target instanceof HTMLInputElement || target instanceof HTMLSelectElement);
      if (!isDone && key !== "Escape") return;
      // Enter would review the flag, and Escape would close a dialog around the sentence.
      event.preventDefault();
      if (isDone && isInvalid()) return;
      if (!isDone && onAbandon !== undefined) return onAbandon();
      // Typed text becomes a value when its field loses the focus.
      if (target instanceof HTMLElement) target.blur();
      takesFocus.current = true;
      setOpen(false);
    },
  };
}

/** Focuses a control. Its text is selected and its list is open, so that the next key or press already chooses. */
export function focusIn(control: HTMLElement | null | undefined): void {
  control?.focus();
  if (control instanceof HTMLInputElement) control.select();
  if (!(control instanceof HTMLSelectElement)) return;
  try {
    control.showPicker();
  } catch {
    // The browser opens it only after a press.
  }
}
