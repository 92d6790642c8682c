/** Takes a person to a field. */
import { enclosingPointers } from "../../state/flags/pointers.ts";

/** Focuses the field at this pointer, or the closest field around it. */
export function focusField(pointer: string): void {
  for (const place of enclosingPointers(pointer)) {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(place)}"]`);
    if (field === null) continue;
    const isClosed = field instanceof HTMLDetailsElement && !field.open;
    show(field);
    // The fields inside it are drawn only after it opens, so look for the closer one again.
    if (isClosed) setTimeout(() => focusField(pointer), 50);
    return;
  }
}

/**
 * Returns whether a form, or an element with forms, has an invalid field. If so, shows the first one with its problem.
 * `reveal` makes the field visible if it is on a part of the page that is not shown.
 */
export function reportInvalid(root: HTMLElement, reveal?: (field: HTMLElement) => void): boolean {
  const invalid = root.querySelector<HTMLInputElement>("input:invalid, textarea:invalid, select:invalid");
  if (invalid === null) return false;
  reveal?.(invalid);
  const report = (): void => {
    show(invalid);
    invalid.reportValidity();
  };
  if (reveal === undefined) report();
  else requestAnimationFrame(report);
  return true;
}

function show(field: HTMLElement): void {
  for (let around = field.closest("details"); around; around = around.parentElement?.closest("details") ?? null) {
    around.open = true;
  }
  const focusable = field.querySelector(":scope > summary") ?? field;
  focusable.scrollIntoView({ block: "center" });
  (focusable as HTMLElement).focus({ preventScroll: true });
}
