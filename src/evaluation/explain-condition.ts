import type { AttributePath, Condition, Operator } from "../flags/document.ts";
import { compileAttribute } from "./attribute.ts";
import { compileBucketing, NO_KEY } from "./bucketing.ts";
import { compileCondition, servedBy } from "./conditions.ts";
import type { Scope } from "./scope.ts";
import { allOf, anyOf, FALSE, notOf, TRUE, UNKNOWN, type Test, type Truth } from "./truth.ts";
import type { EvaluationInput } from "./types.ts";

export type TruthName = boolean | "unknown";

/** A condition with the result of every node. Attributes' values are the caller's and are not repeated. */
export type ConditionTrace = { result: TruthName } & (
  | { all: ConditionTrace[] }
  | { any: ConditionTrace[] }
  | { not: ConditionTrace }
  | { attribute: AttributePath; operator: Operator; isPresent: boolean }
  /** `condition` is told where the segment is met first. */
  | { segment: string; condition?: ConditionTrace }
  | { flag: string; variants: string[]; served: string | null }
  /** null: no bucketing attribute is present. */
  | { bucket: number | null; ranges: [number, number][] }
);

export interface TraceScope {
  scope: Scope;
  input: EvaluationInput;
  /** Segments told already: shared ones would otherwise multiply. */
  told: Set<string>;
}

/** Groups combine their children as the evaluator does; everything else is compiled and run by itself. */
export function traceCondition(condition: Condition, trace: TraceScope): ConditionTrace {
  const { scope, input } = trace;
  if ("all" in condition) {
    const all = condition.all.map((one) => traceCondition(one, trace));
    return { result: nameOf(allOf(all.map(constant))(input)), all };
  }
  if ("any" in condition) {
    const any = condition.any.map((one) => traceCondition(one, trace));
    return { result: nameOf(anyOf(any.map(constant))(input)), any };
  }
  if ("not" in condition) {
    const not = traceCondition(condition.not, trace);
    return { result: nameOf(notOf(constant(not))(input)), not };
  }
  const result = nameOf(compileCondition(condition, scope)(input));
  if ("segment" in condition) return { result, ...traceSegment(condition.segment, trace) };
  if ("flag" in condition) {
    const { flag, variants } = condition;
    return { result, flag, variants, served: servedBy(flag, scope)(input) ?? null };
  }
  if ("bucket" in condition) {
    const { by, salt, hash, ranges } = condition.bucket;
    return { result, bucket: bucketOrNull(compileBucketing(by, salt, hash).bucket(input)), ranges };
  }
  const { attribute, operator } = condition;
  return { result, attribute, operator, isPresent: compileAttribute(attribute).get(input) !== undefined };
}

export function bucketOrNull(bucket: number): number | null {
  return bucket === NO_KEY ? null : bucket;
}

function traceSegment(segment: string, trace: TraceScope): { segment: string; condition?: ConditionTrace } {
  const condition = trace.scope.segments?.[segment];
  if (condition === undefined || trace.told.has(segment)) return { segment };
  trace.told.add(segment);
  return { segment, condition: traceCondition(condition, trace) };
}

function constant({ result }: ConditionTrace): Test {
  const truth: Truth = result === "unknown" ? UNKNOWN : result ? TRUE : FALSE;
  return () => truth;
}

function nameOf(truth: Truth): TruthName {
  return truth === UNKNOWN ? "unknown" : truth === TRUE;
}
