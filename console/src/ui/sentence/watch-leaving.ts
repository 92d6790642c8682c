/** Notices that a person has left a part of the page. */

/**
 * Calls `onLeave` when the focus has been in the part and is elsewhere on the page. A dialog over the page is not
 * elsewhere, and neither is another window. Returns a function that stops it.
 *
 * A press elsewhere moves the focus before the button is released. An editor that closes then could move the pressed
 * control away from under the pointer, so the call waits for the end of the press.
 */
export function watchLeaving(place: HTMLElement, onLeave: () => void): () => void {
  const watch = new AbortController();
  const { signal } = watch;
  let isPressed = false;
  let wasHere = place.contains(document.activeElement);
  const look = (): void => {
    wasHere ||= place.contains(document.activeElement);
    setTimeout(() => !signal.aborted && !isPressed && wasHere && isElsewhere(place) && onLeave());
  };
  const press = (): void => void (isPressed = true);
  const release = (): void => ((isPressed = false), look());
  document.addEventListener("pointerdown", press, { signal, capture: true });
  document.addEventListener("pointerup", release, { signal, capture: true });
  document.addEventListener("pointercancel", release, { signal, capture: true });
  document.addEventListener("focusin", look, { signal });
  document.addEventListener("focusout", look, { signal });
  return () => watch.abort();
}

function isElsewhere(place: HTMLElement): boolean {
  const here = document.activeElement;
  return document.hasFocus() && here !== null && !place.contains(here) && here.closest("dialog") === null;
}
