/** Takes a person to a field. */
import type { Problem } from "./problem.ts";
import { fieldAt, firstProblem } from "./refused-fields.ts";

/** Focuses the field at this pointer, or the closest field around it. */
export function focusField(pointer: string): void {
  const field = fieldAt(pointer);
  if (field === undefined) return;
  const isClosed = field instanceof HTMLDetailsElement && !field.open;
  show(field);
  // The fields inside it are drawn only after it opens, so look for the closer one again.
  if (isClosed) setTimeout(() => focusField(pointer), 50);
}

/** Focuses the first field that has one of these problems, once they are drawn. */
export function focusFirst(problems: readonly Problem[], focus = focusField): void {
  const first = firstProblem(problems);
  if (first !== undefined) requestAnimationFrame(() => focus(first.pointer));
}

/** Returns whether a part of the page has an invalid field. If so, focuses the first one. */
export function reportInvalid(root: HTMLElement): boolean {
  const invalid = root.querySelector<HTMLElement>("input:invalid, textarea:invalid, select:invalid");
  if (invalid !== null) show(invalid);
  return invalid !== null;
}

function show(field: HTMLElement): void {
  for (let around = field.closest("details"); around; around = around.parentElement?.closest("details") ?? null) {
    around.open = true;
  }
  const focusable = field.querySelector(":scope > summary") ?? field;
  focusable.scrollIntoView({ block: "center" });
  (focusable as HTMLElement).focus({ preventScroll: true });
}
