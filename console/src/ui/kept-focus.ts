/** Keeps the keyboard's place when a control with the focus goes away. */

/**
 * Moves the focus if it was lost with a control that has gone: back to `wanted` if it is still there, otherwise to the
 * page's content. Without that, the browser starts at the top of the page, and a screen reader reads nothing.
 */
export function keepFocus(wanted?: Element | null): void {
  requestAnimationFrame(() => {
    for (const place of [wanted, document.getElementById("main")]) {
      const isLost = document.activeElement === document.body && document.querySelector("dialog[open]") === null;
      if (isLost && place instanceof HTMLElement && place.isConnected) place.focus({ preventScroll: true });
    }
  });
}

/** Moves the focus to the message of a form, or to its first button, if the control that had it is gone or disabled. */
export function keepFocusIn(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    if (!form.isConnected || document.activeElement !== document.body) return;
    form.querySelector<HTMLElement>('[role="alert"][tabindex], button:not(:disabled)')?.focus();
  });
}
