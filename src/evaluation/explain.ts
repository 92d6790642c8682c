import type { FlagDocument } from "../flags/document.ts";
import { compileFlag, newScope, planFlag } from "./compile.ts";
import { servedBy } from "./conditions.ts";
import { bucketOrNull, traceCondition, type ConditionTrace, type TraceScope } from "./explain-condition.ts";
import type { Plan } from "./plan.ts";
import { NEXT_RULE, THE_DEFAULT, type CompiledServe } from "./serve.ts";
import { TRUE, type Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** Why a flag answers what it answers, as JSON. */
export interface Explanation {
  flag: string;
  resolution: Resolution;
  /** Why the flag cannot be evaluated. */
  problem?: string;
  prerequisites: { flag: string; variants: string[]; served: string | null; isMet: boolean }[];
  rules: RuleTrace[];
  default: { state: "served" | "not reached" } & BucketTrace;
}

/**
 * matched: served the answer, or sent to the default · not matched: its condition is not true · missed: its
 * condition is true, but its rollout or draw serves nothing here · outside schedule: now is not within from … until
 */
export type RuleState = "matched" | "not matched" | "missed" | "outside schedule" | "not reached";

export interface RuleTrace extends BucketTrace {
  id: string;
  state: RuleState;
  when?: ConditionTrace;
}

interface BucketTrace {
  /** The subject's bucket, 0 … 99,999; null: no bucketing attribute is present. */
  bucket?: number | null;
  /** The ramp's exposure now, out of 100,000. */
  exposure?: number;
}

/** Runs the parts of the compiled flag one by one. A sample is drawn once, for the answer and the trace alike. Never throws. */
export function explainFlag(document: FlagDocument, input: EvaluationInput): Explanation {
  const draw = input.random();
  const once: EvaluationInput = { ...input, random: () => draw };
  const flag = document?.key;
  const resolution = compileFlag(document).evaluate(once);
  try {
    return { flag, resolution, ...tracePlan(document, planFlag(document), once) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { flag, resolution, problem, prerequisites: [], rules: [], default: { state: "not reached" } };
  }
}

function tracePlan(
  document: FlagDocument,
  plan: Plan,
  input: EvaluationInput,
): Pick<Explanation, "prerequisites" | "rules" | "default"> {
  const trace: TraceScope = { scope: newScope(document), input, told: new Set() };
  const prerequisites = document.prerequisites.map(({ flag, variants }, i) => ({
    flag,
    variants,
    served: servedBy(flag, trace.scope)(input) ?? null,
    isMet: (plan.prerequisites[i] as Test)(input) === TRUE,
  }));
  let isReached = plan.enabled && prerequisites.every(({ isMet }) => isMet);
  let isDefaultReached = isReached;
  const rules = document.rules.map((rule, i): RuleTrace => {
    const { id, when } = rule;
    const compiled = plan.rules[i];
    if (!isReached || !compiled) return { id, state: "not reached" };
    if (input.now < compiled.from || input.now >= compiled.until) return { id, state: "outside schedule" };
    const conditions = when === undefined ? {} : { when: traceCondition(when, trace) };
    if (conditions.when && conditions.when.result !== true) return { id, state: "not matched", ...conditions };
    const served = compiled.serve(input);
    const buckets = traceBucket(compiled, input);
    if (served === NEXT_RULE) return { id, state: "missed", ...conditions, ...buckets };
    isReached = false;
    isDefaultReached = served === THE_DEFAULT;
    return { id, state: "matched", ...conditions, ...buckets };
  });
  return {
    prerequisites,
    rules,
    default: isDefaultReached ? { state: "served", ...traceBucket(plan.default, input) } : { state: "not reached" },
  };
}

function traceBucket({ bucket, exposure }: CompiledServe, input: EvaluationInput): BucketTrace {
  return {
    ...(bucket && { bucket: bucketOrNull(bucket(input)) }),
    ...(exposure && { exposure: exposure(input.now) }),
  };
}
