import type { FlagConfiguration, FlagDependency, Rule } from "../flags/document.ts";
import { CompileError } from "./compile-error.ts";
import { compileCondition, servesOneOf } from "./conditions.ts";
import { parseInstant } from "../flags/formats/instant.ts";
import { newTraits, type Compilation, type Traits } from "./compilation.ts";
import {
  compileServe,
  NEXT_RULE,
  THE_DEFAULT,
  type CompiledServe,
  type ResolutionMaker,
  type ServeFunction,
} from "./serve.ts";
import { FALSE, TRUE, type Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";
import { windowLibrary } from "./windows/window-library.ts";
import type { Windows } from "./windows/windows.ts";

/** A flag's configuration as executable parts. `run` evaluates them in order, and an explanation traces them. */
export interface Plan {
  readonly enabled: boolean;
  /** Served if a prerequisite is unmet, or if the default's rollout serves nothing to the subject. */
  readonly off: Resolution;
  readonly prerequisites: readonly Test[];
  readonly rules: readonly CompiledRule[];
  readonly default: CompiledServe;
  readonly traits: Traits;
  readonly run: (input: EvaluationInput) => Resolution;
}

export interface CompiledRule extends CompiledServe {
  /** The rule is active from this instant (ms since epoch, inclusive) … */
  readonly from: number;
  /** … until this one (exclusive). */
  readonly until: number;
  /** Between these instants, it is active in these windows only. `undefined` if it is always active. */
  readonly during: Windows | undefined;
  /** `undefined` if the rule has no condition and always matches. */
  readonly test: Test | undefined;
  /** Whether the rule is active and its condition is true. */
  readonly matches: Test;
}

export function compilePlan(
  configuration: FlagConfiguration,
  makeResolution: (reason: Resolution["reason"], variant: string | null, ruleId?: string) => Resolution,
  compilation: Compilation,
): Plan {
  const { enabled, offVariant, rules, prerequisites } = configuration;
  if (typeof enabled !== "boolean") throw new CompileError("enabled must be true or false");
  const off = makeResolution("DEFAULT", offVariant);
  const compiledPrerequisites = prerequisites.map(({ flag, variants }) => servesOneOf(flag, variants, compilation));
  const compiledRules = rules.map((rule) => compileRule(rule, makeResolution, compilation));
  const isStatic = rules.length === 0 && prerequisites.length === 0;
  const fallback = compileServe(
    configuration.default,
    undefined,
    resolutionsOf((split, variant) => makeResolution(split ? "SPLIT" : isStatic ? "STATIC" : "DEFAULT", variant)),
    compilation,
    off,
  );
  const parts = {
    enabled,
    off,
    prerequisites: compiledPrerequisites,
    rules: compiledRules,
    default: fallback,
    // A disabled flag always has the same result, so it depends on nothing.
    traits: enabled ? compilation.traits : newTraits(),
  };
  return { ...parts, run: enabled ? compileRun(parts) : always(makeResolution("DISABLED", offVariant)) };
}

/** Compiles another flag. The resolutions of its plan carry no values. */
export function compileDependency(dependency: FlagDependency, compilation: Compilation): Plan {
  return compilePlan(
    dependency,
    (reason, variant) => {
      if (variant === null) return { reason: reason as "DEFAULT" };
      if (!dependency.variants.includes(variant)) throw new CompileError(`unknown variant ${JSON.stringify(variant)}`);
      return { reason: reason as "DEFAULT", variant };
    },
    compilation,
  );
}

function compileRule(
  rule: Rule,
  makeResolution: (reason: Resolution["reason"], variant: string | null, ruleId: string) => Resolution,
  compilation: Compilation,
): CompiledRule {
  const from = rule.from === undefined ? -Infinity : parseInstant(rule.from);
  const until = rule.until === undefined ? Infinity : parseInstant(rule.until);
  if (Number.isNaN(from) || Number.isNaN(until)) throw new CompileError("from and until must be ISO 8601 instants");
  if (Number.isFinite(from)) compilation.traits.instants.add(from);
  if (Number.isFinite(until)) compilation.traits.instants.add(until);
  const during = rule.during === undefined ? undefined : windowLibrary.loaded.compileWindows(rule.during);
  if (during !== undefined) {
    compilation.traits.turns.add((now) => (now >= from && now < until ? during.nextTurn(now) : Infinity));
  }
  const test = rule.when === undefined ? undefined : compileCondition(rule.when, compilation);
  const make = resolutionsOf((split, variant) => makeResolution(split ? "SPLIT" : "TARGETING_MATCH", variant, rule.id));
  // Most rules have no schedule, so only rules with one check the time.
  const isUnlimited = from === -Infinity && until === Infinity;
  const tested = during === undefined ? (test ?? isTrue) : isTrueDuring(during, test ?? isTrue);
  const matches = isUnlimited ? tested : isTrueBetween(from, until, tested);
  return { from, until, during, test, ...compileServe(rule.serve, rule.id, make, compilation), matches };
}

function resolutionsOf(make: (split: boolean, variant: string | null) => Resolution): ResolutionMaker {
  return { variant: (name) => make(false, name), split: (name) => make(true, name) };
}

/** Defines the order of evaluation. Most flags have few parts, and get shorter functions. */
function compileRun({ off, prerequisites, rules, default: { serve, constant } }: Omit<Plan, "run">): Plan["run"] {
  const [first] = rules;
  // The default was compiled with `off`, so it always serves something.
  const orElse = constant === undefined ? (serve as Plan["run"]) : notReached;
  let run: Plan["run"];
  if (first === undefined) run = constant === undefined ? orElse : always(constant);
  else if (rules.length === 1 && first.constant !== undefined)
    run = oneOf(first.matches, first.constant, constant, orElse);
  else run = inOrder(rules, constant, orElse);
  return prerequisites.length === 0 ? run : requiring(prerequisites, off, run);
}

// An isolate holds tens of thousands of flags, so each of these functions makes one closure, over nothing but what it
// needs. `orElse` is called if the default has no constant resolution.

function always(resolution: Resolution): Plan["run"] {
  return () => resolution;
}

function oneOf(
  matches: Test,
  resolution: Resolution,
  constant: Resolution | undefined,
  orElse: Plan["run"],
): Plan["run"] {
  return (input) => (matches(input) === TRUE ? resolution : (constant ?? orElse(input)));
}

const NO_SERVES: readonly ServeFunction[] = [];

function inOrder(rules: readonly CompiledRule[], constant: Resolution | undefined, orElse: Plan["run"]): Plan["run"] {
  // Lists take less time to read than the rules, and less memory.
  const tests = rules.map(({ matches }) => matches);
  const constants = rules.map((rule) => rule.constant);
  const serves = constants.includes(undefined) ? rules.map(({ serve }) => serve) : NO_SERVES;
  return (input) => {
    for (let i = 0; i < tests.length; i++) {
      if ((tests[i] as Test)(input) !== TRUE) continue;
      const served = constants[i] ?? (serves[i] as ServeFunction)(input);
      if (served === NEXT_RULE) continue;
      if (served === THE_DEFAULT) break;
      return served;
    }
    return constant ?? orElse(input);
  };
}

const notReached = (): never => {
  throw new Error("the default has a constant resolution");
};

function requiring(prerequisites: readonly Test[], off: Resolution, run: Plan["run"]): Plan["run"] {
  return (input) => {
    for (let i = 0; i < prerequisites.length; i++) {
      if ((prerequisites[i] as Test)(input) !== TRUE) return off;
    }
    return run(input);
  };
}

const isTrue: Test = () => TRUE;

function isTrueBetween(from: number, until: number, test: Test): Test {
  return (input) => (input.now >= from && input.now < until ? test(input) : FALSE);
}

function isTrueDuring(windows: Windows, test: Test): Test {
  return (input) => (windows.isOpenAt(input.now) ? test(input) : FALSE);
}
