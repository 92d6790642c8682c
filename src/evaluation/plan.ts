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
import { TRUE, type Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** A flag's configuration as executable parts. `run` evaluates them in order, and an explanation traces them. */
export interface Plan {
  readonly enabled: boolean;
  /** Served if the flag is disabled. */
  readonly disabled: Resolution;
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
  /** `undefined` if the rule has no condition and always matches. */
  readonly test: Test | undefined;
  /** Runs the schedule, the test and the serve in one call. */
  readonly step: ServeFunction;
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
  );
  const parts = {
    enabled,
    disabled: makeResolution("DISABLED", offVariant),
    off,
    prerequisites: compiledPrerequisites,
    rules: compiledRules,
    default: fallback,
    // A disabled flag always has the same result, so it depends on nothing.
    traits: enabled ? compilation.traits : newTraits(),
  };
  return { ...parts, run: compileRun(parts) };
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
  makeResolution: (reason: Resolution["reason"], variant: string, ruleId: string) => Resolution,
  compilation: Compilation,
): CompiledRule {
  const from = rule.from === undefined ? -Infinity : parseInstant(rule.from);
  const until = rule.until === undefined ? Infinity : parseInstant(rule.until);
  if (Number.isNaN(from) || Number.isNaN(until)) throw new CompileError("from and until must be ISO 8601 instants");
  if (Number.isFinite(from)) compilation.traits.instants.add(from);
  if (Number.isFinite(until)) compilation.traits.instants.add(until);
  const test = rule.when === undefined ? undefined : compileCondition(rule.when, compilation);
  const make = resolutionsOf((split, variant) => makeResolution(split ? "SPLIT" : "TARGETING_MATCH", variant, rule.id));
  const compiled = compileServe(rule.serve, rule.id, make, compilation);
  return { from, until, test, ...compiled, step: compileStep(from, until, test, compiled.serve) };
}

/** Most rules have no schedule, so only rules with one check the time. */
function compileStep(from: number, until: number, test: Test | undefined, serve: ServeFunction): ServeFunction {
  const whenActive: ServeFunction = test ? (input) => (test(input) === TRUE ? serve(input) : NEXT_RULE) : serve;
  if (from === -Infinity && until === Infinity) return whenActive;
  return (input) => (input.now >= from && input.now < until ? whenActive(input) : NEXT_RULE);
}

function resolutionsOf(make: (split: boolean, variant: string) => Resolution): ResolutionMaker {
  return { variant: (name) => make(false, name), split: (name) => make(true, name) };
}

/** Defines the order of evaluation. Flags without rules and prerequisites get a shorter function. */
function compileRun(plan: Omit<Plan, "run">): Plan["run"] {
  const { disabled, off, prerequisites, rules } = plan;
  if (!plan.enabled) return () => disabled;
  const steps = rules.map(({ step }) => step);
  const serveDefault = plan.default.serve;
  if (rules.length === 0 && prerequisites.length === 0) return (input) => serveDefault(input) ?? off;
  return (input) => {
    for (let i = 0; i < prerequisites.length; i++) {
      if ((prerequisites[i] as Test)(input) !== TRUE) return off;
    }
    for (let i = 0; i < steps.length; i++) {
      const served = (steps[i] as ServeFunction)(input);
      if (served === NEXT_RULE) continue;
      if (served === THE_DEFAULT) break;
      return served;
    }
    return serveDefault(input) ?? off;
  };
}
