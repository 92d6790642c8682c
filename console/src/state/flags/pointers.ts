/** JSON pointers of problems: the fields they lead to, and whether the problems remain. */
import { valueAt } from "../../../../sdk/words/place.ts";
import { isSame } from "../../ui/fields/parsed.ts";
import type { Problem } from "../../ui/fields/problem.ts";

/** Returns a pointer and all pointers around it, from the inside out, without the root. */
export function enclosingPointers(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((_, i) => `/${steps.slice(0, steps.length - i).join("/")}`);
}

/**
 * Returns the problems whose fields have not changed since the document was sent. A value that does not fit the JSON
 * Schema may fit another one.
 */
export function remainingProblems(problems: readonly Problem[], sent: object | undefined, edited: object): Problem[] {
  const isSameSchema = isSame(valueAt(sent, "/jsonSchema"), valueAt(edited, "/jsonSchema"));
  return problems.filter(
    ({ pointer, detail }) =>
      isSame(valueAt(sent, pointer), valueAt(edited, pointer)) && (isSameSchema || !detail.includes("(/jsonSchema")),
  );
}
