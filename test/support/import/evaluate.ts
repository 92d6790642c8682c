import type { ImportedProject } from "../../../sdk/import/index.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag, EvaluationContext, Resolution } from "../../../src/evaluation/types.ts";
import { type Condition, type FlagDependency, type FlagDocument, SCHEMA_VERSION } from "../../../src/flags/document.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../../../src/flags/references.ts";

/** Evaluates one flag of an imported project. */
export type Evaluate = (flagKey: string, context: EvaluationContext) => Resolution;

const NOT_FOUND: Resolution = { reason: "ERROR", errorCode: "FLAG_NOT_FOUND", errorDetails: "the flag does not exist" };

/** Returns the real evaluator over the documents that the store would make of a project. `now` is in ms since epoch. */
export function evaluatorOf({ flags, segments }: ImportedProject, now = 0): Evaluate {
  const conditions = new Map(segments.map(({ key, condition }) => [key, condition]));
  const byKey = new Map(flags.map((flag) => [flag.key, flag]));
  const compiled = new Map<string, CompiledFlag>();

  const documentOf = (key: string): FlagDocument | undefined => {
    const flag = byKey.get(key);
    if (flag === undefined) return undefined;
    const { description: _, tags: __, owner: ___, ...rest } = flag;
    const used: { segments: Record<string, Condition>; dependencies: Record<string, FlagDependency> } = {
      segments: {},
      dependencies: {},
    };
    const add = (references: Reference[]): void => {
      for (const { kind, name } of references) {
        if (Object.hasOwn(kind === "flag" ? used.dependencies : used.segments, name)) continue;
        if (kind === "segment") {
          const condition = conditions.get(name);
          if (condition === undefined) continue;
          used.segments[name] = condition;
          add(referencesOfCondition(condition));
        } else {
          const other = byKey.get(name);
          if (other === undefined) continue;
          const { enabled, offVariant, default: serve, rules, prerequisites, variants } = other;
          const names = Object.keys(variants);
          used.dependencies[name] = { enabled, offVariant, default: serve, rules, prerequisites, variants: names };
          add(referencesOf(other));
        }
      }
    };
    add(referencesOf(flag));
    return { schemaVersion: SCHEMA_VERSION, version: 1, ...rest, ...used };
  };

  return (flagKey, context) => {
    let flag = compiled.get(flagKey);
    if (flag === undefined) {
      const document = documentOf(flagKey);
      if (document === undefined) return NOT_FOUND;
      flag = compileFlag(document);
      compiled.set(flagKey, flag);
    }
    return flag.evaluate({ context, request: {}, now, random: () => 0.5 });
  };
}
