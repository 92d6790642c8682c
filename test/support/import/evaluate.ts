import type { ImportedProject } from "../../../sdk/import/index.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag, EvaluationContext, Resolution } from "../../../src/evaluation/types.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";
import { buildDocument, indexRows, type ReferenceRow } from "../../../src/store/readings/build-document.ts";

/** Evaluates one flag of an imported project. */
export type Evaluate = (flagKey: string, context: EvaluationContext) => Resolution;

const NOT_FOUND: Resolution = { reason: "ERROR", errorCode: "FLAG_NOT_FOUND", errorDetails: "the flag does not exist" };

/** Returns the real evaluator over the documents that the store makes of a project. `now` is in ms since epoch. */
export function evaluatorOf({ flags, segments }: ImportedProject, now = 0): Evaluate {
  const rows = indexRows(
    flags.map((flag) => ({ ...flag, version: 1 })),
    segments,
    [
      ...flags.map((flag) => referenceRow(`flag:${flag.key}`, referencesOf(flag))),
      ...segments.map(({ key, condition }) => referenceRow(`segment:${key}`, referencesOfCondition(condition))),
    ],
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
    return flag.evaluate({ context, request: {}, now, random: () => 0.5 });
  };
}

function referenceRow(node: string, references: readonly Reference[]): ReferenceRow {
  return [node, references.map(({ kind, name }) => `${kind}:${name}`)];
}
