import type { SegmentRow } from "../../src/flags/documents/build-document.ts";
import type { FlagConfiguration, FlagDefinition } from "../../src/flags/document.ts";
import { compileFlag } from "../../src/evaluation/compile.ts";
import type { CompiledFlag, EvaluationContext, RequestAttributes, Resolution } from "../../src/evaluation/types.ts";
import { buildDocument, rowsOf } from "../../src/flags/documents/build-document.ts";

/** Evaluates one flag of a project. */
export type Evaluate = (
  flagKey: string,
  context: EvaluationContext,
  /** The attributes of the request, and the time, if they matter. */
  more?: { request?: RequestAttributes; now?: number },
) => Resolution;

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
  { flags, segments }: { flags: readonly (FlagDefinition & FlagConfiguration)[]; segments: readonly SegmentRow[] },
  { now, random }: Surroundings,
): Evaluate {
  const rows = rowsOf(
    flags.map((flag) => ({ ...flag, version: 1 })),
    segments,
  );
  const compiled = new Map<string, CompiledFlag>();
  return (flagKey, context, { request = {}, now: at = now() } = {}) => {
    let flag = compiled.get(flagKey);
    if (flag === undefined) {
      const row = rows.flags.get(`flag:${flagKey}`);
      if (row === undefined) return NOT_FOUND;
      flag = compileFlag(buildDocument(row, rows));
      compiled.set(flagKey, flag);
    }
    return flag.evaluate({ context, request, now: at, random });
  };
}
