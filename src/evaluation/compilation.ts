import type { Condition, FlagDependency } from "../flags/document.ts";
import { LIMITS } from "../flags/limits.ts";
import { CompileError } from "./compile-error.ts";
import type { Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** Another flag's plan, used to find out which variant it serves. Its resolutions carry no values. */
export interface DependencyPlan {
  readonly traits: Traits;
  readonly run: (input: EvaluationInput) => Resolution;
}

/** The facts other than the context that a flag's result depends on, collected during a compilation. */
export interface Traits {
  isRandom: boolean;
  readsRequest: boolean;
  /** Whether a condition compares the age of an instant, so that the result may change at any time. */
  readsAge: boolean;
  /** The instants (ms since epoch) at which the schedule of a rule begins or ends. */
  instants: Set<number>;
  /** The periods of ramps: the result may change at any time in [start, end). */
  ramps: Set<{ start: number; end: number }>;
  /** Functions that return the first instant after another at which a recurring window opens or closes. */
  turns: Set<(now: number) => number>;
  /** The number of leaf conditions that one evaluation may test; a leaf reached twice counts twice. */
  tests: number;
}

/** The state of one compilation. Each segment and each dependency is compiled once, with traits of its own. */
export interface Compilation {
  /** The key of the flag that is being compiled. */
  readonly flag: string;
  readonly segments: Record<string, Condition> | undefined;
  readonly dependencies: Record<string, FlagDependency> | undefined;
  readonly compiledSegments: Map<string, { test: Test; traits: Traits }>;
  readonly compiledFlags: Map<string, DependencyPlan>;
  /** Compiles another flag. Passed in, because conditions.ts importing plan.ts would be an import cycle. */
  readonly compileDependency: (configuration: FlagDependency, compilation: Compilation) => DependencyPlan;
  /** The segments and flags around the part that is being compiled. Reaching one of them again is a cycle. */
  readonly ancestors: Set<string>;
  readonly traits: Traits;
}

export function newTraits(): Traits {
  return {
    isRandom: false,
    readsRequest: false,
    readsAge: false,
    instants: new Set(),
    ramps: new Set(),
    turns: new Set(),
    tests: 0,
  };
}

export function addTraits(to: Traits, from: Traits): void {
  to.isRandom ||= from.isRandom;
  to.readsRequest ||= from.readsRequest;
  to.readsAge ||= from.readsAge;
  for (const instant of from.instants) to.instants.add(instant);
  for (const ramp of from.ramps) to.ramps.add(ramp);
  for (const turn of from.turns) to.turns.add(turn);
  countTests(to, from.tests);
}

/**
 * Adds to the number of tests and throws if an evaluation could run too many. Segments that each use another segment
 * twice are small to store, but their tests double at every level.
 */
export function countTests(traits: Traits, tests: number): void {
  traits.tests += tests;
  if (traits.tests > LIMITS.testsPerEvaluation) {
    throw new CompileError(
      `an evaluation may run at most ${LIMITS.testsPerEvaluation} tests, including those of segments and other flags`,
    );
  }
}
