/** The fields for which a review is refused: invalid controls, and those that a check found. */
import { enclosingPointers } from "../../state/flags/pointers.ts";
import { pointerText } from "../../../../sdk/words/place.ts";
import type { Problem } from "./problem.ts";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Returns the problems of controls that are empty or have text that is not a value. A draft does not have them. */
export function controlProblems(root: HTMLElement | null): Problem[] {
  const invalid = root?.querySelectorAll<Control>("input:invalid, textarea:invalid, select:invalid") ?? [];
  const problems = [...invalid].map((control) => {
    const pointer = control.closest<HTMLElement>("[data-pointer]")?.dataset["pointer"] ?? "";
    return { pointer, place: placeOf(pointer, control), detail: detailOf(control) };
  });
  // The controls of one choice have the same problem.
  return problems.filter(({ pointer }, i) => problems.findIndex((one) => one.pointer === pointer) === i);
}

/** Returns the place in words. A control that is only a part of a field has no word but its label. */
function placeOf(pointer: string, control: Control): string {
  const [field = "", part] = pointer.split("/-", 2);
  const label = control.labels?.[0]?.textContent ?? "";
  if (part === undefined && field !== "") return pointerText(field);
  return field === "" ? label : `${pointerText(field)}, ${label}`;
}

function detailOf({ validity, validationMessage }: Control): string {
  if (validity.customError) return validationMessage;
  if (validity.badInput) return "is not complete";
  return validity.valueMissing ? "is missing" : validationMessage;
}

/** Returns the problems of the controls, and those of a check that are at other fields. */
export function withControlProblems(own: readonly Problem[], found: readonly Problem[]): readonly Problem[] {
  if (own.length === 0) return found;
  const known = new Set(own.map(({ pointer }) => pointer));
  return [...own, ...found.filter(({ pointer }) => !known.has(pointer))];
}

/** Returns the problem whose field comes first on the page. Fields that are not drawn come last. */
export function firstProblem(problems: readonly Problem[]): Problem | undefined {
  const placed = problems.map((problem) => ({ problem, field: fieldAt(problem.pointer) }));
  return placed.toSorted((a, b) => (isBefore(a.field, b.field) ? -1 : isBefore(b.field, a.field) ? 1 : 0))[0]?.problem;
}

/** Returns the field at a pointer, or the closest one around it. */
export function fieldAt(pointer: string): HTMLElement | undefined {
  for (const place of enclosingPointers(pointer)) {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(place)}"]`);
    if (field !== null) return field;
  }
  return undefined;
}

function isBefore(a: HTMLElement | undefined, b: HTMLElement | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a !== b && (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
