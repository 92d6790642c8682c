import { type Evaluate, evaluatorOf as importedEvaluator } from "../../../cli/project/evaluator.ts";
import type { ImportedProject } from "../../../sdk/import/index.ts";

/** Returns the evaluator over an imported project, with one time and one draw. `now` is in ms since epoch. */
export function evaluatorOf(project: ImportedProject, now = 0): Evaluate {
  return importedEvaluator(project, { now: () => now, random: () => 0.5 });
}
