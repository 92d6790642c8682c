import type { Condition, FlagDependency } from "../flags/document.ts";
import { LIMITS } from "../flags/limits.ts";
import { CompileError } from "./compile-error.ts";
import type { Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** Which variant another flag serves: its resolutions carry no values. */
export interface DependencyPlan {
  readonly traits: Traits;
  readonly run: (input: EvaluationInput) => Resolution;
}

/** What an answer depends on besides the context: gathered while compiling. */
export interface Traits {
  isRandom: boolean;
  readsRequest: boolean;
  /** Instants (ms) at which a schedule or ramp turns. */
  instants: Set<number>;
  /** Running ramps: the answer may change at any time in [start, end). */
  ramps: Set<{ start: number; end: number }>;
  /** Leaves that one evaluation may test, counted each time they are reached. */
  tests: number;
}

/** State of one compilation. Segments and dependencies are compiled once each, in their own scope. */
export interface Scope {
  readonly segments: Record<string, Condition> | undefined;
  readonly dependencies: Record<string, FlagDependency> | undefined;
  readonly compiledSegments: Map<string, { test: Test; traits: Traits }>;
  readonly compiledFlags: Map<string, DependencyPlan>;
  /** Conditions ask for flags and flags consist of conditions: the way back, passed in instead of imported. */
  readonly compileDependency: (configuration: FlagDependency, scope: Scope) => DependencyPlan;
  /** Segments and flags being compiled: meeting one again is a cycle. */
  readonly open: Set<string>;
  readonly traits: Traits;
}

export function newTraits(): Traits {
  return { isRandom: false, readsRequest: false, instants: new Set(), ramps: new Set(), tests: 0 };
}

export function addTraits(to: Traits, from: Traits): void {
  to.isRandom ||= from.isRandom;
  to.readsRequest ||= from.readsRequest;
  for (const instant of from.instants) to.instants.add(instant);
  for (const ramp of from.ramps) to.ramps.add(ramp);
  countTests(to, from.tests);
}

/** Segments that use segments twice, and those twice again, would be cheap to store and endless to evaluate. */
export function countTests(traits: Traits, tests: number): void {
  traits.tests += tests;
  if (traits.tests > LIMITS.testsPerEvaluation) {
    throw new CompileError(
      `an evaluation may make ${LIMITS.testsPerEvaluation} tests at most, segments and flags included`,
    );
  }
}
