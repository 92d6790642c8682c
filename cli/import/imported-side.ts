import type { ImportedProject } from "../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../src/evaluation/prepare.ts";
import { evaluatorOf, type Surroundings } from "../project/evaluator.ts";
import { resultsOf } from "./oracles/oracle.ts";
import type { OurSide } from "./verification.ts";

/** Returns the side that evaluates imported flags in this process. */
export async function importedSide(project: ImportedProject, surroundings: Surroundings): Promise<OurSide> {
  await prepareToCompileAny();
  const evaluate = evaluatorOf(project, surroundings);
  return {
    side: (context, keys) => {
      const ours = project.toContext(context);
      return resultsOf(keys, (key) => project.fromResolution(evaluate(key, ours), key));
    },
  };
}
