import type { FlagConfiguration, FlagDependency, Rule } from "../flags/document.ts";
import { CompileError } from "./compile-error.ts";
import { compileCondition, servesOneOf } from "./conditions.ts";
import { parseInstant } from "../flags/formats/instant.ts";
import { newTraits, type Scope, type Traits } from "./scope.ts";
import {
  compileServe,
  NEXT_RULE,
  THE_DEFAULT,
  type CompiledServe,
  type ResolutionMaker,
  type Server,
} from "./serve.ts";
import { TRUE, type Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** A flag's configuration in executable parts. `run` goes through them; so does an explanation. */
export interface Plan {
  readonly enabled: boolean;
  /** Served when disabled. */
  readonly disabled: Resolution;
  /** Served when a prerequisite is unmet, and when the default's rollout serves nobody. */
  readonly off: Resolution;
  readonly prerequisites: readonly Test[];
  readonly rules: readonly CompiledRule[];
  readonly default: CompiledServe;
  readonly traits: Traits;
  readonly run: (input: EvaluationInput) => Resolution;
}

export interface CompiledRule extends CompiledServe {
  /** ms since epoch: active from (inclusive) until (exclusive). */
  readonly from: number;
  readonly until: number;
  /** Absent: always. */
  readonly test: Test | undefined;
  /** All of the above in one call. */
  readonly step: Server;
}

export function compilePlan(
  configuration: FlagConfiguration,
  makeResolution: (reason: Resolution["reason"], variant: string | null, ruleId?: string) => Resolution,
  scope: Scope,
): Plan {
  const { enabled, offVariant, rules, prerequisites } = configuration;
  if (typeof enabled !== "boolean") throw new CompileError("enabled is true or false");
  const off = makeResolution("DEFAULT", offVariant);
  const compiledPrerequisites = prerequisites.map(({ flag, variants }) => servesOneOf(flag, variants, scope));
  const compiledRules = rules.map((rule) => compileRule(rule, makeResolution, scope));
  const isStatic = rules.length === 0 && prerequisites.length === 0;
  const fallback = compileServe(
    configuration.default,
    resolutionsOf((split, variant) => makeResolution(split ? "SPLIT" : isStatic ? "STATIC" : "DEFAULT", variant)),
    scope,
  );
  const parts = {
    enabled,
    disabled: makeResolution("DISABLED", offVariant),
    off,
    prerequisites: compiledPrerequisites,
    rules: compiledRules,
    default: fallback,
    // What is switched off depends on nothing.
    traits: enabled ? scope.traits : newTraits(),
  };
  return { ...parts, run: compileRun(parts) };
}

/** The plan of another flag, whose resolutions carry no values. */
export function compileDependency(dependency: FlagDependency, scope: Scope): Plan {
  return compilePlan(
    dependency,
    (reason, variant) => {
      if (variant === null) return { reason: reason as "DEFAULT" };
      if (!dependency.variants.includes(variant)) throw new CompileError(`unknown variant ${JSON.stringify(variant)}`);
      return { reason: reason as "DEFAULT", variant };
    },
    scope,
  );
}

function compileRule(
  rule: Rule,
  makeResolution: (reason: Resolution["reason"], variant: string, ruleId: string) => Resolution,
  scope: Scope,
): CompiledRule {
  const from = rule.from === undefined ? -Infinity : parseInstant(rule.from);
  const until = rule.until === undefined ? Infinity : parseInstant(rule.until);
  if (Number.isNaN(from) || Number.isNaN(until)) throw new CompileError("from and until are ISO 8601 instants");
  if (Number.isFinite(from)) scope.traits.instants.add(from);
  if (Number.isFinite(until)) scope.traits.instants.add(until);
  const test = rule.when === undefined ? undefined : compileCondition(rule.when, scope);
  const make = resolutionsOf((split, variant) => makeResolution(split ? "SPLIT" : "TARGETING_MATCH", variant, rule.id));
  const compiled = compileServe(rule.serve, make, scope);
  return { from, until, test, ...compiled, step: compileStep(from, until, test, compiled.serve) };
}

/** Most rules have no schedule: they do not pay for one. */
function compileStep(from: number, until: number, test: Test | undefined, serve: Server): Server {
  const whenActive: Server = test ? (input) => (test(input) === TRUE ? serve(input) : NEXT_RULE) : serve;
  if (from === -Infinity && until === Infinity) return whenActive;
  return (input) => (input.now >= from && input.now < until ? whenActive(input) : NEXT_RULE);
}

function resolutionsOf(make: (split: boolean, variant: string) => Resolution): ResolutionMaker {
  return { variant: (name) => make(false, name), split: (name) => make(true, name) };
}

/** The order of evaluation. Flags that can only answer one thing get that answer. */
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
      const served = (steps[i] as Server)(input);
      if (served === NEXT_RULE) continue;
      if (served === THE_DEFAULT) break;
      return served;
    }
    return serveDefault(input) ?? off;
  };
}
