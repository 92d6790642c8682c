import type { FlagDocument } from "../flags/document.ts";
import { CompileError } from "./compile-error.ts";
import { compileDependency, compilePlan, type Plan } from "./plan.ts";
import { newTraits, type Compilation, type Traits } from "./compilation.ts";
import type { CompiledFlag, Resolution } from "./types.ts";

const PARSE_ERROR: Resolution = Object.freeze({
  reason: "ERROR",
  errorCode: "PARSE_ERROR",
  errorDetails: "the flag's configuration cannot be evaluated",
});

const GENERAL: Resolution = Object.freeze({
  reason: "ERROR",
  errorCode: "GENERAL",
  errorDetails: "the evaluation failed",
});

/**
 * Compiles a document. Evaluating the compiled flag parses and compiles nothing, and allocates nothing for the usual
 * resolutions. Never throws.
 */
export function compileFlag(document: FlagDocument): CompiledFlag {
  let plan: Plan;
  try {
    plan = planFlag(document);
  } catch {
    return {
      document,
      evaluate: () => PARSE_ERROR,
      nextBoundary: () => undefined,
      isRandom: false,
      readsRequest: false,
    };
  }
  const { run, traits } = plan;
  return {
    document,
    evaluate: (input) => {
      try {
        return run(input);
      } catch {
        return GENERAL;
      }
    },
    nextBoundary: compileBoundaries(traits),
    isRandom: traits.isRandom,
    readsRequest: traits.readsRequest,
  };
}

/** Returns the executable parts of a document. Throws CompileError, or TypeError if the shape is not a document's. */
export function planFlag(document: FlagDocument): Plan {
  const { variants } = document;
  return compilePlan(
    document,
    (reason, variant, ruleId) => {
      if (variant === null) return Object.freeze({ reason: reason as "DEFAULT" });
      if (!Object.hasOwn(variants, variant)) throw new CompileError(`unknown variant ${JSON.stringify(variant)}`);
      const value = variants[variant];
      if (value === undefined) throw new CompileError(`variant ${JSON.stringify(variant)} has no value`);
      return Object.freeze({
        reason: reason as "STATIC",
        variant,
        value,
        ...(ruleId === undefined ? {} : { ruleId }),
      });
    },
    newCompilation(document),
  );
}

/** Returns the state in which the conditions of a document are compiled. */
export function newCompilation({ key, segments, dependencies }: FlagDocument): Compilation {
  return {
    flag: key,
    segments,
    dependencies,
    compiledSegments: new Map(),
    compiledFlags: new Map(),
    compileDependency,
    ancestors: new Set([`flag ${key}`]),
    traits: newTraits(),
  };
}

function compileBoundaries({ instants, ramps }: Traits): CompiledFlag["nextBoundary"] {
  const boundaries = new Set(instants);
  for (const { start, end } of ramps) boundaries.add(start).add(end);
  if (boundaries.size === 0) return () => undefined;
  const sorted = [...boundaries].sort((a, b) => a - b);
  return (now, rampStepMs = 0) => {
    const next = sorted.find((instant) => instant > now);
    for (const { start, end } of ramps) {
      if (now >= start && now < end) return Math.min(now + rampStepMs, next ?? Number.POSITIVE_INFINITY);
    }
    return next;
  };
}
