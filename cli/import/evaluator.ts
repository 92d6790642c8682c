import type { ImportedProject } from "../../sdk/import/index.ts";
import { compileFlag } from "../../src/evaluation/compile.ts";
import type { CompiledFlag, EvaluationContext, Resolution } from "../../src/evaluation/types.ts";
import { buildDocument, rowsOf } from "../../src/flags/documents/build-document.ts";

/** Evaluates one flag of an imported project. */
export type Evaluate = (flagKey: string, context: EvaluationContext) => Resolution;

export const NOT_FOUND: Resolution = {
  reason: "ERROR",
  errorCode: "FLAG_NOT_FOUND",
  errorDetails: "the flag does not exist",
};

export interface Surroundings {
  /** Returns the time in ms since epoch. */
  now: () => number;
  /** Returns a uniform random number in [0, 1). */
  random: () => number;
}

/** Returns the worker's evaluator over the documents that the store makes of a project. */
export function evaluatorOf(
  { flags, segments }: Pick<ImportedProject, "flags" | "segments">,
  { now, random }: Surroundings,
): Evaluate {
  const rows = rowsOf(
    flags.map((flag) => ({ ...flag, version: 1 })),
    segments,
  );
  const compiled = new Map<string, CompiledFlag>();
  return (flagKey, context) => {
    let flag = compiled.get(flagKey);
    if (flag === undefined) {
      const row = rows.flags.get(`flag:${flagKey}`);
      if (row === undefined) return NOT_FOUND;
      flag = compileFlag(buildDocument(row, rows));
      compiled.set(flagKey, flag);
    }
    return flag.evaluate({ context, request: {}, now: now(), random });
  };
}
