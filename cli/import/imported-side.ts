import type { ImportedProject } from "../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../src/evaluation/prepare.ts";
import type { Side } from "./compare.ts";
import { evaluatorOf, type Surroundings } from "./evaluator.ts";
import { resultsOf } from "./oracles/oracle.ts";

/** Returns the side that evaluates imported flags in this process. */
export async function importedSide(project: ImportedProject, surroundings: Surroundings): Promise<Side> {
  await prepareToCompileAny();
  const evaluate = evaluatorOf(project, surroundings);
  return (context, keys) => {
    const ours = project.toContext(context);
    return resultsOf(keys, (key) => project.fromResolution(evaluate(key, ours), key));
  };
}
