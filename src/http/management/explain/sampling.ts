import type { CompiledFlag, EvaluationContext, RequestAttributes, Resolution } from "../../../evaluation/types.ts";
import type { AttributePath, JsonValue } from "../../../flags/document.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { isSameResult } from "./replay.ts";

/** A resolution, and how many of the sampled subjects got it. */
export interface Outcome {
  /** `null` if the caller gets its own default or an error. */
  variant: string | null;
  reason: Resolution["reason"];
  /** `null` if no rule matched. */
  ruleId: string | null;
  count: number;
}

/** Subjects whose result a draft changes. The variants are the same if only the value or an error changes. */
export interface OutcomeChange {
  /** `null` if the caller gets its own default or an error. */
  before: string | null;
  after: string | null;
  count: number;
}

interface Sampling {
  subject: (n: number) => EvaluationContext;
  request: RequestAttributes;
  now: number;
  random: () => number;
}

/** Evaluates the flag for all subjects at one instant. Returns the most frequent outcome first. */
export function countOutcomes(flag: CompiledFlag, count: number, { subject, ...input }: Sampling): Outcome[] {
  const outcomes = new Map<string, Outcome>();
  for (let n = 1; n <= count; n++) {
    const resolution = flag.evaluate({ ...input, context: subject(n) });
    const { reason } = resolution;
    const ruleId = "ruleId" in resolution ? (resolution.ruleId ?? null) : null;
    add(outcomes, { variant: variantOf(resolution), reason, ruleId });
  }
  return sorted(outcomes);
}

/** Evaluates two forms of a flag for all subjects. Returns the subjects with another result, most frequent first. */
export function countChanges(
  before: CompiledFlag,
  after: CompiledFlag,
  count: number,
  { subject, ...input }: Sampling,
): OutcomeChange[] {
  const changes = new Map<string, OutcomeChange>();
  for (let n = 1; n <= count; n++) {
    // Both draw the same number, so that only the flags make a difference.
    const drawn = input.random();
    const question = { ...input, context: subject(n), random: () => drawn };
    const [old, next] = [before.evaluate(question), after.evaluate(question)];
    if (!isSameResult(old, next)) add(changes, { before: variantOf(old), after: variantOf(next) });
  }
  return sorted(changes);
}

function variantOf(resolution: Resolution): string | null {
  return "variant" in resolution ? (resolution.variant ?? null) : null;
}

function add<T extends { count: number }>(counts: Map<string, T>, one: Omit<T, "count">): void {
  const id = JSON.stringify(Object.values(one));
  const known = counts.get(id);
  if (known === undefined) counts.set(id, { ...one, count: 1 } as T);
  else known.count++;
}

function sorted<T extends { count: number }>(counts: Map<string, T>): T[] {
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}

/** Returns a function that makes the n-th context. @throws InvalidInputError if `by` is a request attribute */
export function subjectsOf(context: EvaluationContext, by: AttributePath): (n: number) => EvaluationContext {
  const [first = "", ...rest] = typeof by === "string" ? [by] : by;
  if (first === "request" || first.startsWith("request.")) {
    throw new InvalidInputError([
      { pointer: "/by", detail: "must be an attribute of the context, not of the request" },
    ]);
  }
  return (n) => ({ ...context, [first]: withLeaf(context[first], rest, `sample-${n}`) });
}

/**
 * Returns a copy of the value with `leaf` at the end of the path. Values on the path that are not objects become ones.
 */
function withLeaf(value: JsonValue | undefined, path: readonly string[], leaf: string): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  const parent = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...parent, [step]: withLeaf(parent[step], rest, leaf) };
}
