/** How an evaluation came out, in words and as a tree to draw. */
import type {
  AttributePath,
  Condition,
  ConditionTrace,
  Explanation,
  Flag,
  Rule,
} from "../../../../sdk/client/contract.ts";
import { OPERATOR_GROUPS } from "../../ui/condition/condition.ts";

export type Result = ConditionTrace["result"];

export interface TraceNode {
  result: Result;
  text: string;
  /** What the subject had to do with it. */
  note?: string;
  parts: TraceNode[];
}

const OPERATOR_TEXTS = new Map<string, string>(OPERATOR_GROUPS.flatMap(({ operators }) => operators));

/** The tree of a condition. Values are the condition's own; of one that is not known any more, only its form is told. */
export function traceNode(
  trace: ConditionTrace,
  condition: Condition | undefined,
  segments: ReadonlyMap<string, Condition>,
): TraceNode {
  const { result } = trace;
  if (trace.all !== undefined) return group("all of", trace.all, partsOf(condition, "all"));
  if (trace.any !== undefined) return group("any of", trace.any, partsOf(condition, "any"));
  if (trace.not !== undefined) {
    return group("not", [trace.not], condition !== undefined && "not" in condition ? [condition.not] : []);
  }
  if (trace.segment !== undefined) {
    const own = segments.get(trace.segment);
    const parts = trace.condition === undefined ? [] : [traceNode(trace.condition, own, segments)];
    return { result, text: `in segment ${trace.segment}`, parts };
  }
  if (trace.flag !== undefined) {
    const text = `${trace.flag} serves ${(trace.variants ?? []).join(" or ")}`;
    return { result, text, note: `it serves ${trace.served ?? "the caller's default"}`, parts: [] };
  }
  if (trace.ranges !== undefined) {
    const ranges = trace.ranges.map(([from = 0, to = 0]) => `${percentText(from)} to ${percentText(to)}`);
    return { result, text: `bucket from ${ranges.join(", ")}`, note: bucketText(trace.bucket ?? null), parts: [] };
  }
  return leafNode(trace, condition);

  function group(text: string, traces: readonly ConditionTrace[], conditions: readonly Condition[]): TraceNode {
    return { result, text, parts: traces.map((part, i) => traceNode(part, conditions[i], segments)) };
  }
}

function leafNode({ result, attribute, operator = "", isPresent }: ConditionTrace, condition?: Condition): TraceNode {
  const isSame = condition !== undefined && "attribute" in condition && condition.operator === operator;
  const values = isSame ? (condition.values ?? []).map((value) => JSON.stringify(value)) : [];
  const shown = values.length > 6 ? [...values.slice(0, 5), `${values.length - 5} more`] : values;
  const text = [pathText(attribute ?? ""), OPERATOR_TEXTS.get(operator) ?? operator, shown.join(", ")];
  return {
    result,
    text: text.filter(Boolean).join(" "),
    ...(isPresent === false ? { note: "the context has no such attribute" } : {}),
    parts: [],
  };
}

function partsOf(condition: Condition | undefined, form: "all" | "any"): Condition[] {
  return (condition as Partial<Record<typeof form, Condition[]>> | undefined)?.[form] ?? [];
}

export function pathText(path: AttributePath): string {
  return typeof path === "string" ? path : path.join(" → ");
}

export function percentText(share: number): string {
  return `${Number((share / 1000).toFixed(3))} %`;
}

export function bucketText(bucket: number | null): string {
  return bucket === null
    ? "no bucket: the context has none of the bucketing attributes"
    : `bucket ${bucket.toLocaleString("en")} of 100,000, which is ${percentText(bucket)}`;
}

const STATES: Record<Explanation["rules"][number]["state"], string> = {
  matched: "matched: it made the answer",
  "not matched": "not matched: its condition is not true",
  missed: "passed on: its condition is true, and its share serves nobody here",
  "outside schedule": "outside its schedule",
  "not reached": "not reached",
};

/** What became of a rule, in words. */
export function stateText(state: Explanation["rules"][number]["state"]): string {
  return STATES[state];
}

/** Every segment that the trace speaks of. */
export function namesSegment(explanation: Explanation): boolean {
  const isNamed = (trace: ConditionTrace): boolean =>
    trace.segment !== undefined ||
    [...(trace.all ?? []), ...(trace.any ?? []), ...(trace.not === undefined ? [] : [trace.not])].some(isNamed);
  return explanation.rules.some(({ when }) => when !== undefined && isNamed(when));
}

/** Attributes that a flag's rules ask for, to suggest: the context's, and those of the request without `request.`. */
export function attributesOf(flag: Pick<Flag, "rules" | "default">): { context: string[]; request: string[] } {
  const found = new Set<string>();
  const add = (path: AttributePath): void => void found.add(typeof path === "string" ? path : (path[0] ?? ""));
  const addServe = (serve: Rule["serve"]): void => {
    if ("rollout" in serve) for (const path of serve.rollout.by ?? ["targetingKey"]) add(path);
  };
  const addCondition = (condition: Condition): void => {
    if ("all" in condition) condition.all.forEach(addCondition);
    else if ("any" in condition) condition.any.forEach(addCondition);
    else if ("not" in condition) addCondition(condition.not);
    else if ("bucket" in condition) condition.bucket.by.forEach(add);
    else if ("attribute" in condition) add(condition.attribute);
  };
  for (const rule of flag.rules ?? []) {
    if (rule.when !== undefined) addCondition(rule.when);
    addServe(rule.serve);
  }
  addServe(flag.default);
  const request = [...found].filter((name) => name.startsWith("request.")).map((name) => name.slice(8));
  return { context: [...found].filter((name) => !name.startsWith("request")), request };
}
