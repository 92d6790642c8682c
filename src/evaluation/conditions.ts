import { WEIGHT_TOTAL, type AttributeCondition, type BucketCondition, type Condition } from "../flags/document.ts";
import { compileAttribute } from "./attribute.ts";
import { compileBucketing, NO_KEY } from "./bucketing.ts";
import { commonLeaf } from "./common-leaf.ts";
import { CompileError } from "./compile-error.ts";
import { compilePredicate } from "./operators.ts";
import { addTraits, countTests, newTraits, type DependencyPlan, type Scope } from "./scope.ts";
import { allOf, anyOf, FALSE, notOf, TRUE, UNKNOWN, type Test, type Truth } from "./truth.ts";
import type { EvaluationInput } from "./types.ts";

/** The executable form of a condition. Throws CompileError. */
export function compileCondition(condition: Condition, scope: Scope): Test {
  if (typeof condition !== "object" || condition === null) throw new CompileError("a condition is an object");
  if ("all" in condition) return allOf(condition.all.map((one) => compileCondition(one, scope)));
  if ("any" in condition) return anyOf(condition.any.map((one) => compileCondition(one, scope)));
  if ("not" in condition) return notOf(compileCondition(condition.not, scope));
  if ("segment" in condition) return compileSegment(condition.segment, scope);
  if ("flag" in condition) return servesOneOf(condition.flag, condition.variants, scope);
  if ("bucket" in condition) return compileBucketCondition(condition.bucket, scope);
  if ("attribute" in condition) return compileLeaf(condition, scope);
  throw new CompileError("unknown kind of condition");
}

/** True when the flag serves one of the variants; a flag that fails or serves no variant makes it false. */
export function servesOneOf(flag: string, variants: string[], scope: Scope): Test {
  if (!Array.isArray(variants)) throw new CompileError("variants is a list");
  const served = servedBy(flag, scope);
  return (input) => {
    const variant = served(input);
    return variant !== undefined && variants.includes(variant) ? TRUE : FALSE;
  };
}

/** The variant that another flag serves; undefined: it fails, or leaves the answer to the caller. */
export function servedBy(flag: string, scope: Scope): (input: EvaluationInput) => string | undefined {
  const { run } = dependencyPlan(flag, scope);
  return (input) => {
    const resolution = run(input);
    return resolution.reason === "ERROR" ? undefined : resolution.variant;
  };
}

function dependencyPlan(flag: string, scope: Scope): DependencyPlan {
  const known = scope.compiledFlags.get(flag);
  if (known) {
    addTraits(scope.traits, known.traits);
    return known;
  }
  const dependency =
    scope.dependencies && Object.hasOwn(scope.dependencies, flag) ? scope.dependencies[flag] : undefined;
  if (dependency === undefined) throw new CompileError(`unknown flag ${JSON.stringify(flag)}`);
  const mark = `flag ${flag}`;
  if (scope.open.has(mark)) throw new CompileError(`flag ${JSON.stringify(flag)} depends on itself`);
  scope.open.add(mark);
  const plan = scope.compileDependency(dependency, { ...scope, traits: newTraits() });
  scope.open.delete(mark);
  scope.compiledFlags.set(flag, plan);
  addTraits(scope.traits, plan.traits);
  return plan;
}

function compileSegment(name: string, scope: Scope): Test {
  const known = scope.compiledSegments.get(name);
  if (known) {
    addTraits(scope.traits, known.traits);
    return known.test;
  }
  const condition = scope.segments && Object.hasOwn(scope.segments, name) ? scope.segments[name] : undefined;
  if (condition === undefined) throw new CompileError(`unknown segment ${JSON.stringify(name)}`);
  const mark = `segment ${name}`;
  if (scope.open.has(mark)) throw new CompileError(`segment ${JSON.stringify(name)} refers to itself`);
  scope.open.add(mark);
  const traits = newTraits();
  const test = compileCondition(condition, { ...scope, traits });
  scope.open.delete(mark);
  scope.compiledSegments.set(name, { test, traits });
  addTraits(scope.traits, traits);
  return test;
}

function compileLeaf(condition: AttributeCondition, scope: Scope): Test {
  countTests(scope.traits, 1);
  const attribute = compileAttribute(condition.attribute);
  scope.traits.readsRequest ||= attribute.readsRequest;
  // Whether it is there is what `exists` asks: missing is its plain false.
  const missing = condition.operator === "exists" ? FALSE : truthOf(condition.missing);
  const matches = compilePredicate(condition);
  const { contextName, get } = attribute;
  if (contextName !== undefined) {
    return (
      commonLeaf(contextName, condition, missing) ??
      ((input) => {
        const value = input.context[contextName];
        return value === undefined ? missing : matches(value) ? TRUE : FALSE;
      })
    );
  }
  return (input) => {
    const value = get(input);
    return value === undefined ? missing : matches(value) ? TRUE : FALSE;
  };
}

function truthOf(missing: AttributeCondition["missing"]): Truth {
  if (missing === "unknown") return UNKNOWN;
  return missing === true ? TRUE : FALSE;
}

function compileBucketCondition({ by, salt, hash, ranges }: BucketCondition["bucket"], scope: Scope): Test {
  countTests(scope.traits, 1);
  const { bucket, readsRequest } = compileBucketing(by, salt, hash);
  scope.traits.readsRequest ||= readsRequest;
  const bounds = ranges.map(([from, to]) => {
    if (!isShare(from) || !isShare(to)) throw new CompileError("ranges hold integers from 0 to 100000");
    return [from, to] as const;
  });
  return (input) => {
    const at = bucket(input);
    if (at === NO_KEY) return FALSE;
    for (const [from, to] of bounds) if (at >= from && at < to) return TRUE;
    return FALSE;
  };
}

function isShare(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= WEIGHT_TOTAL;
}
