import type { FlagDocument } from "../flags/document.ts";
import { compileFlag, newCompilation, planFlag } from "./compile.ts";
import { servedVariant } from "./conditions.ts";
import { bucketOrNull, traceCondition, type ConditionTrace, type Trace } from "./explain-condition.ts";
import type { Plan } from "./plan.ts";
import { NEXT_RULE, THE_DEFAULT, type CompiledServe } from "./serve.ts";
import { TRUE, type Test } from "./truth.ts";
import type { EvaluationInput, Resolution } from "./types.ts";
import type { Windows } from "./windows/windows.ts";

/** The steps that led to a flag's resolution, as JSON. */
export interface Explanation {
  flag: string;
  resolution: Resolution;
  /** The reason why the flag cannot be evaluated. */
  problem?: string;
  prerequisites: { flag: string; variants: string[]; served: string | null; isMet: boolean }[];
  rules: RuleTrace[];
  default: { state: "served" | "not reached" } & BucketTrace;
}

/**
 * The result of one rule:
 * - `matched`: the rule served the resolution, or led to the flag's default.
 * - `not matched`: the rule's condition is not true.
 * - `missed`: the condition is true, but the rollout or draw serves nothing in this evaluation.
 * - `outside schedule`: the current time is not between `from` and `until`, or not in a window of `during`.
 * - `not reached`: the result was decided before this rule.
 */
export type RuleState = "matched" | "not matched" | "missed" | "outside schedule" | "not reached";

export interface RuleTrace extends BucketTrace {
  id: string;
  state: RuleState;
  /** Whether a window of `during` is open, and the instant of its next turn. */
  during?: { isOpen: boolean; until: string };
  when?: ConditionTrace;
}

interface BucketTrace {
  /** The subject's bucket, from 0 to the total less one, or `null` if no bucketing attribute is present. */
  bucket?: number | null;
  /** The size of the bucket space, unless it is 100,000. */
  total?: number;
  /** The ramp's current exposure, out of 100,000. */
  exposure?: number;
  /** The number that was drawn, like a bucket: by a sample, or in place of a bucket that is `null`. */
  draw?: number;
}

/**
 * Runs the parts of a compiled flag one by one, with one input, whose draws make the resolution and its trace agree.
 * Never throws.
 */
export function explainFlag(document: FlagDocument, input: EvaluationInput): Explanation {
  const flag = document?.key;
  const resolution = compileFlag(document).evaluate(input);
  try {
    return { flag, resolution, ...tracePlan(document, planFlag(document), input) };
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
  const trace: Trace = { compilation: newCompilation(document), input, tracedSegments: new Set() };
  const prerequisites = document.prerequisites.map(({ flag, variants }, i) => ({
    flag,
    variants,
    served: servedVariant(flag, trace.compilation)(input) ?? null,
    isMet: (plan.prerequisites[i] as Test)(input) === TRUE,
  }));
  let isReached = plan.enabled && prerequisites.every(({ isMet }) => isMet);
  let isDefaultReached = isReached;
  const rules = document.rules.map((rule, i): RuleTrace => {
    const { id, when } = rule;
    const compiled = plan.rules[i];
    if (!isReached || !compiled) return { id, state: "not reached" };
    if (input.now < compiled.from || input.now >= compiled.until) return { id, state: "outside schedule" };
    const during = compiled.during && traceDuring(compiled.during, input.now);
    if (during?.isOpen === false) return { id, state: "outside schedule", during };
    const conditions = { ...(during && { during }), ...(when && { when: traceCondition(when, trace) }) };
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

function traceDuring(windows: Windows, now: number): NonNullable<RuleTrace["during"]> {
  return { isOpen: windows.isOpenAt(now), until: new Date(windows.nextTurn(now)).toISOString() };
}

function traceBucket({ bucket, total, exposure, draw }: CompiledServe, input: EvaluationInput): BucketTrace {
  const at = bucket && bucketOrNull(bucket(input));
  return {
    ...(at !== undefined && { bucket: at }),
    ...(total !== undefined && { total }),
    ...(exposure && { exposure: exposure(input.now) }),
    ...(draw && typeof at !== "number" && { draw: draw(input) }),
  };
}
