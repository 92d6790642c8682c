/** Taking the person to a field. */
import { enclosing } from "../../state/flags/pointers.ts";

/** To the field of a pointer, or to the closest one around it. */
export function focusField(pointer: string): void {
  for (const place of enclosing(pointer)) {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(place)}"]`);
    if (field === null) continue;
    const isFolded = field instanceof HTMLDetailsElement && !field.open;
    show(field);
    // What is inside is drawn once it is opened.
    if (isFolded) setTimeout(() => focusField(pointer), 50);
    return;
  }
}

/** Whether something in the form cannot be read; the first such field is shown with what is wrong. */
export function reportUnreadable(form: HTMLFormElement): boolean {
  const unreadable = form.querySelector<HTMLInputElement>("input:invalid, textarea:invalid, select:invalid");
  if (unreadable === null) return false;
  show(unreadable);
  unreadable.reportValidity();
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
