import { type AttributeCondition, type BucketCondition, type Condition } from "../flags/document.ts";
import { type Attribute, compileAttribute, type Getter } from "./attribute.ts";
import { type Bucketing, compileBucketing, isShare } from "./bucketing.ts";
import { commonLeaf } from "./common-leaf.ts";
import { CompileError } from "./compile-error.ts";
import { NO_BUCKET } from "./hashing/no-bucket.ts";
import { compilePredicate } from "./operators.ts";
import { compileValueTest, type ValueTest } from "./readers/value-test.ts";
import { SharedValues } from "../flags/shared-values.ts";
import { addTraits, countTests, newTraits, type DependencyPlan, type Compilation } from "./compilation.ts";
import { readerName } from "../flags/value-kinds.ts";
import { type CompiledSegment, segmentText, sharedSegment, shareSegment } from "./segments/shared-segments.ts";
import { allOf, anyOf, FALSE, notOf, TRUE, type Predicate, UNKNOWN, type Test, type Truth } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** Compiles a condition. Throws CompileError. */
export function compileCondition(condition: Condition, compilation: Compilation): Test {
  if (typeof condition !== "object" || condition === null) throw new CompileError("a condition must be an object");
  if ("all" in condition) return allOf(compileAll(condition.all, compilation));
  if ("any" in condition) return anyOf(compileAll(condition.any, compilation));
  if ("not" in condition) return notOf(compileCondition(condition.not, compilation));
  if ("segment" in condition) return compileSegment(condition.segment, compilation);
  if ("flag" in condition) return servesOneOf(condition.flag, condition.variants, compilation);
  if ("bucket" in condition) return compileBucketCondition(condition.bucket, compilation);
  if ("attribute" in condition) return compileLeaf(condition, compilation);
  throw new CompileError("unknown form of condition");
}

/** The operators that, without a reader, only compare values. They parse no text and search no list. */
const IS_CHEAP = /^(?:equals|in|exists|starts_with|ends_with|[lg]te?)$/;

/** Compiles the cheap conditions first. The order of conditions does not change their conjunction or disjunction. */
function compileAll(conditions: readonly Condition[], compilation: Compilation): Test[] {
  const isCheap = (one: Condition): boolean =>
    "attribute" in one && one.read === undefined && IS_CHEAP.test(one.operator);
  return [...conditions.filter(isCheap), ...conditions.filter((one) => !isCheap(one))].map((one) =>
    compileCondition(one, compilation),
  );
}

/** Compiles a condition that is true if the flag serves one of the variants. It is false if the flag fails. */
export function servesOneOf(flag: string, variants: string[], compilation: Compilation): Test {
  if (!Array.isArray(variants)) throw new CompileError("variants must be a list");
  const { run } = dependencyPlan(flag, compilation);
  const [only] = variants;
  return typeof only === "string" && variants.length === 1 ? serves(run, only) : servesAny(run, variants);
}

function serves(run: DependencyPlan["run"], variant: string): Test {
  return (input) => (variantOf(run(input)) === variant ? TRUE : FALSE);
}

function servesAny(run: DependencyPlan["run"], variants: readonly string[]): Test {
  return (input) => {
    const variant = variantOf(run(input));
    return variant !== undefined && variants.includes(variant) ? TRUE : FALSE;
  };
}

function variantOf(resolution: Resolution): string | undefined {
  return resolution.reason === "ERROR" ? undefined : resolution.variant;
}

/** Compiles the variant that another flag serves: `undefined` if the flag fails or serves the caller's default. */
export function servedVariant(flag: string, compilation: Compilation): (input: EvaluationInput) => string | undefined {
  const { run } = dependencyPlan(flag, compilation);
  return (input) => variantOf(run(input));
}

function dependencyPlan(flag: string, compilation: Compilation): DependencyPlan {
  const known = compilation.compiledFlags.get(flag);
  if (known) {
    addTraits(compilation.traits, known.traits);
    return known;
  }
  const dependency =
    compilation.dependencies && Object.hasOwn(compilation.dependencies, flag)
      ? compilation.dependencies[flag]
      : undefined;
  if (dependency === undefined) throw new CompileError(`unknown flag ${JSON.stringify(flag)}`);
  const ancestor = `flag ${flag}`;
  if (compilation.ancestors.has(ancestor)) throw new CompileError(`flag ${JSON.stringify(flag)} depends on itself`);
  compilation.ancestors.add(ancestor);
  const plan = compilation.compileDependency(dependency, { ...compilation, flag, traits: newTraits() });
  compilation.ancestors.delete(ancestor);
  compilation.compiledFlags.set(flag, plan);
  addTraits(compilation.traits, plan.traits);
  return plan;
}

function compileSegment(name: string, compilation: Compilation): Test {
  const segment = compilation.compiledSegments.get(name) ?? sharedOrNewSegment(name, compilation);
  compilation.compiledSegments.set(name, segment);
  addTraits(compilation.traits, segment.traits);
  return segment.test;
}

function sharedOrNewSegment(name: string, compilation: Compilation): CompiledSegment {
  const text = segmentText(name, compilation);
  if (text === undefined) return newSegment(name, compilation);
  const shared = sharedSegment(text);
  if (shared !== undefined) return shared;
  const segment = newSegment(name, compilation);
  shareSegment(text, segment);
  return segment;
}

function newSegment(name: string, compilation: Compilation): CompiledSegment {
  const condition =
    compilation.segments && Object.hasOwn(compilation.segments, name) ? compilation.segments[name] : undefined;
  if (condition === undefined) throw new CompileError(`unknown segment ${JSON.stringify(name)}`);
  const ancestor = `segment ${name}`;
  if (compilation.ancestors.has(ancestor)) throw new CompileError(`segment ${JSON.stringify(name)} refers to itself`);
  compilation.ancestors.add(ancestor);
  const traits = newTraits();
  const test = compileCondition(condition, { ...compilation, traits });
  compilation.ancestors.delete(ancestor);
  return { test, traits };
}

/** The tests of conditions that some flag uses. Flags of an environment have many conditions in common. */
const leaves = new SharedValues<Test>();

function compileLeaf(condition: AttributeCondition, compilation: Compilation): Test {
  countTests(compilation.traits, 1);
  const attribute = compileAttribute(condition.attribute);
  compilation.traits.readsRequest ||= attribute.readsRequest;
  compilation.traits.readsAge ||= readerName(condition.read) === "age";
  return leaves.getOrMake(JSON.stringify(condition), () => newLeaf(condition, attribute));
}

function newLeaf(condition: AttributeCondition, attribute: Attribute): Test {
  // `exists` asks whether the attribute is there, so for a missing one it is false and never unknown.
  const missing = condition.operator === "exists" ? FALSE : truthOf(condition.missing);
  const invalid = invalidTruth(condition);
  const { contextName, get } = attribute;
  if (condition.read !== undefined || condition.each !== undefined || condition.packed !== undefined) {
    return readingLeaf(get, missing, compileValueTest(condition, invalid));
  }
  const test = compilePredicate(condition, invalid);
  if (contextName !== undefined) {
    return commonLeaf(contextName, condition, missing, invalid) ?? contextLeaf(contextName, missing, test);
  }
  return leafOf(get, missing, test);
}

function contextLeaf(name: string, missing: Truth, test: Predicate): Test {
  return (input) => {
    const value = input.context[name];
    return value === undefined ? missing : test(value);
  };
}

function leafOf(get: Getter, missing: Truth, test: Predicate): Test {
  return (input) => {
    const value = get(input);
    return value === undefined ? missing : test(value);
  };
}

function readingLeaf(get: Getter, missing: Truth, test: ValueTest): Test {
  return (input) => {
    const value = get(input);
    return value === undefined ? missing : test(value, input.now);
  };
}

/** Returns the value of a condition whose attribute is present but cannot be compared. */
function invalidTruth({ missing, invalid }: AttributeCondition): Truth {
  return truthOf(invalid ?? (missing === "unknown" ? "unknown" : false));
}

function truthOf(value: AttributeCondition["missing"]): Truth {
  if (value === "unknown") return UNKNOWN;
  return value === true ? TRUE : FALSE;
}

function compileBucketCondition(source: BucketCondition["bucket"], compilation: Compilation): Test {
  countTests(compilation.traits, 1);
  const { bucket, total, readsRequest } = compileBucketing(source);
  compilation.traits.readsRequest ||= readsRequest;
  for (const [from, to] of source.ranges) {
    if (!isShare(from, total) || !isShare(to, total))
      throw new CompileError(`ranges must hold whole numbers from 0 to ${total}`);
  }
  // A flattened list has room for more elements, and its copy has none.
  return isInRanges(bucket, source.ranges.flat().slice());
}

/** `bounds` are the first bucket of a range and the first one after it, for each range. */
function isInRanges(bucket: Bucketing, bounds: readonly number[]): Test {
  return (input) => {
    const at = bucket(input);
    if (at === NO_BUCKET) return FALSE;
    for (let i = 0; i < bounds.length; i += 2) {
      if (at >= (bounds[i] as number) && at < (bounds[i + 1] as number)) return TRUE;
    }
    return FALSE;
  };
}
