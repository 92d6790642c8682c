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
