import {
  WEIGHT_TOTAL,
  type AttributeCondition,
  type AttributePath,
  type Condition,
  type JsonScalar,
  type Operator,
  type Reader,
} from "../flags/document.ts";
import { countPacked } from "../flags/hashes/packed-hashes.ts";
import { compileAttribute } from "./attribute.ts";
import { compileBucketing } from "./bucketing.ts";
import { compileCondition, servedVariant } from "./conditions.ts";
import { comparisonProblem } from "./comparison-problem.ts";
import { NO_BUCKET } from "./hashing/no-bucket.ts";
import type { Compilation } from "./compilation.ts";
import { scalarType } from "./operators.ts";
import { allOf, anyOf, FALSE, notOf, TRUE, UNKNOWN, type Test, type Truth } from "./truth.ts";
import type { EvaluationInput } from "./types.ts";

export type TruthName = boolean | "unknown";

/**
 * A condition and the result of each of its parts. It leaves out the values of the context's attributes, which the
 * caller knows.
 */
export type ConditionTrace = { result: TruthName } & (
  | { all: ConditionTrace[] }
  | { any: ConditionTrace[] }
  | { not: ConditionTrace }
  | LeafTrace
  /** Only the first trace of a segment has its `condition`. */
  | { segment: string; condition?: ConditionTrace }
  | { flag: string; variants: string[]; served: string | null }
  /** `bucket` is `null` if no bucketing attribute is present. */
  | { bucket: number | null; ranges: [number, number][]; total?: number }
);

interface LeafTrace {
  attribute: AttributePath;
  operator: Operator;
  read?: Reader;
  each?: true;
  /** The first values of the condition. */
  values?: JsonScalar[];
  /** The number of values that `values` leaves out. */
  omittedValues?: number;
  /** The number of packed hashes. */
  hashes?: number;
  isPresent: boolean;
  /** The value of an attribute of the request, which the caller may not know. */
  value?: JsonScalar;
  /** The reason why the attribute, although present, cannot be compared. */
  problem?: string;
}

/** The number of a condition's values that a trace shows. */
const SHOWN_VALUES = 10;

/** The state of one explanation. */
export interface Trace {
  compilation: Compilation;
  input: EvaluationInput;
  /** Segments that already have a full trace. Repeating shared segments could make an explanation huge. */
  tracedSegments: Set<string>;
}

/** Traces a condition. A group combines its children as the evaluator does; every other form is compiled and run. */
export function traceCondition(condition: Condition, trace: Trace): ConditionTrace {
  const { compilation, input } = trace;
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
  const result = nameOf(compileCondition(condition, compilation)(input));
  if ("segment" in condition) return { result, ...traceSegment(condition.segment, trace) };
  if ("flag" in condition) {
    const { flag, variants } = condition;
    return { result, flag, variants, served: servedVariant(flag, compilation)(input) ?? null };
  }
  if ("bucket" in condition) {
    const { ranges } = condition.bucket;
    const { bucket, total } = compileBucketing(condition.bucket);
    return {
      result,
      bucket: bucketOrNull(bucket(input)),
      ranges,
      ...(total !== WEIGHT_TOTAL && { total }),
    };
  }
  return { result, ...traceLeaf(condition, input) };
}

function traceLeaf(condition: AttributeCondition, input: EvaluationInput): LeafTrace {
  const { attribute, operator, values, packed, read, each } = condition;
  const { get, readsRequest } = compileAttribute(attribute);
  const value = get(input);
  const problem = value === undefined ? undefined : comparisonProblem(condition, value);
  return {
    attribute,
    operator,
    ...(read !== undefined && { read }),
    ...(each === true && { each }),
    ...(values && { values: values.slice(0, SHOWN_VALUES) }),
    ...(values && values.length > SHOWN_VALUES && { omittedValues: values.length - SHOWN_VALUES }),
    ...(packed && { hashes: countPacked(packed) }),
    isPresent: value !== undefined,
    ...(readsRequest && value !== undefined && scalarType(value) !== undefined && { value: value as JsonScalar }),
    ...(problem !== undefined && { problem }),
  };
}

/** Returns the bucket, with `null` for NO_BUCKET. */
export function bucketOrNull(bucket: number): number | null {
  return bucket === NO_BUCKET ? null : bucket;
}

function traceSegment(segment: string, trace: Trace): { segment: string; condition?: ConditionTrace } {
  const condition = trace.compilation.segments?.[segment];
  if (condition === undefined || trace.tracedSegments.has(segment)) return { segment };
  trace.tracedSegments.add(segment);
  return { segment, condition: traceCondition(condition, trace) };
}

function constant({ result }: ConditionTrace): Test {
  const truth: Truth = result === "unknown" ? UNKNOWN : result ? TRUE : FALSE;
  return () => truth;
}

function nameOf(truth: Truth): TruthName {
  return truth === UNKNOWN ? "unknown" : truth === TRUE;
}
