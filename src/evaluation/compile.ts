import type { FlagDocument, FlagKind, FlagType } from "../flags/document.ts";
import { CompileError } from "./compile-error.ts";
import { compileDependency, compilePlan, type Plan } from "./plan.ts";
import { newTraits, type Compilation, type Traits } from "./compilation.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "./types.ts";

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
 * resolutions. Never throws. `text` is the document as JSON, if the caller has it. It must not be part of a longer
 * string, which it would keep in memory as a whole.
 */
export function compileFlag(document: FlagDocument, text = textOf(document)): CompiledFlag {
  try {
    const { run, traits } = planFlag(document);
    return new ExecutableFlag(document, text, run, traits);
  } catch {
    return new ExecutableFlag(document ?? {}, text, () => PARSE_ERROR, newTraits());
  }
}

/** A class, because its instances share their methods. */
class ExecutableFlag implements CompiledFlag {
  readonly key: string;
  readonly version: number;
  readonly kind: FlagKind;
  readonly type: FlagType;
  readonly clientVisible: boolean;
  readonly metadata: FlagDocument["metadata"];
  readonly documentText: string;
  readonly isRandom: boolean;
  readonly readsRequest: boolean;
  readonly readsAge: boolean;
  readonly nextBoundary: CompiledFlag["nextBoundary"];
  readonly #run: Plan["run"];

  constructor(document: FlagDocument, text: string, run: Plan["run"], traits: Traits) {
    this.key = document.key;
    this.version = document.version;
    this.kind = document.kind;
    this.type = document.type;
    this.clientVisible = document.clientVisible;
    this.metadata = document.metadata;
    this.documentText = text;
    this.isRandom = traits.isRandom;
    this.readsRequest = traits.readsRequest;
    this.readsAge = traits.readsAge;
    this.nextBoundary = compileBoundaries(traits);
    this.#run = run;
  }

  document(): FlagDocument {
    return JSON.parse(this.documentText) as FlagDocument;
  }

  evaluate(input: EvaluationInput): Resolution {
    try {
      return this.#run(input);
    } catch {
      return GENERAL;
    }
  }
}

/** Returns a document as JSON; `null` as JSON for a value that cannot be written as JSON, which is no document. */
function textOf(document: FlagDocument): string {
  try {
    return JSON.stringify(document) ?? "null";
  } catch {
    return "null";
  }
}

/** Returns the executable parts of a document. Throws CompileError, or TypeError if the shape is not a document's. */
export function planFlag(document: FlagDocument): Plan {
  const { variants } = document;
  return compilePlan(
    document,
    (reason, variant, ruleId) => {
      if (variant === null) return callersDefault(reason, ruleId);
      if (!Object.hasOwn(variants, variant)) throw new CompileError(`unknown variant ${JSON.stringify(variant)}`);
      const value = variants[variant];
      if (value === undefined) throw new CompileError(`variant ${JSON.stringify(variant)} has no value`);
      return ruleId === undefined
        ? Object.freeze({ reason: reason as "STATIC", variant, value })
        : Object.freeze({ reason: reason as "STATIC", variant, value, ruleId });
    },
    newCompilation(document),
  );
}

function callersDefault(reason: Resolution["reason"], ruleId: string | undefined): Resolution {
  if (reason === "DISABLED") return Object.freeze({ reason });
  return Object.freeze(ruleId === undefined ? { reason: "DEFAULT" } : { reason: "DEFAULT", ruleId });
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

const NO_BOUNDARY = (): undefined => undefined;

function compileBoundaries({ turns, ...traits }: Traits): CompiledFlag["nextBoundary"] {
  const next = boundariesOf(traits);
  if (turns.size === 0) return next;
  return (now, rampStepMs) => {
    let first = next(now, rampStepMs) ?? Number.POSITIVE_INFINITY;
    for (const turn of turns) first = Math.min(first, turn(now));
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  };
}

function boundariesOf({ instants, ramps }: Pick<Traits, "instants" | "ramps">): CompiledFlag["nextBoundary"] {
  const boundaries = new Set(instants);
  for (const { start, end } of ramps) boundaries.add(start).add(end);
  if (boundaries.size === 0) return NO_BOUNDARY;
  return nextOf(
    [...boundaries].sort((a, b) => a - b),
    [...ramps],
  );
}

function nextOf(instants: readonly number[], ramps: readonly { start: number; end: number }[]) {
  return (now: number, rampStepMs = 0): number | undefined => {
    const next = instants.find((instant) => instant > now);
    for (const { start, end } of ramps) {
      if (now >= start && now < end) return Math.min(now + rampStepMs, next ?? Number.POSITIVE_INFINITY);
    }
    return next;
  };
}
