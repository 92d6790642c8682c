/** The trace of an evaluation, in words and as a tree. */
import type {
  AttributePath,
  Condition,
  ConditionTrace,
  Explanation,
  Flag,
  Rule,
} from "../../../../sdk/client/contract.ts";
import { hashesText } from "../../ui/condition/hashed.ts";
import { pathText, servesText, testText } from "../../../../sdk/words/condition.ts";
import { moreText, variantText } from "../../../../sdk/words/names.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { bucketText } from "./reasons.ts";

export type Result = ConditionTrace["result"];

export interface TraceNode {
  result: Result;
  text: string;
  /** How the subject led to the result. */
  note?: string;
  parts: TraceNode[];
}

/** Returns the tree of a condition. The values come from the stored condition. Without it, the tree has none. */
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
    const text = servesText(trace.flag, trace.variants ?? []);
    return { result, text, note: `it serves ${variantText(trace.served ?? null)}`, parts: [] };
  }
  if (trace.ranges !== undefined) {
    const { bucket = null, total } = trace;
    const ranges = trace.ranges.map(([from = 0, to = 0]) => `${percentText(from, total)} to ${percentText(to, total)}`);
    return { result, text: `bucket from ${ranges.join(", ")}`, note: bucketText(bucket, total), parts: [] };
  }
  return leafNode(trace, condition);

  function group(text: string, traces: readonly ConditionTrace[], conditions: readonly Condition[]): TraceNode {
    return { result, text, parts: traces.map((part, i) => traceNode(part, conditions[i], segments)) };
  }
}

function leafNode(trace: ConditionTrace, condition?: Condition): TraceNode {
  const { result, attribute, operator = "", read, each } = trace;
  const isSame = condition !== undefined && "attribute" in condition && condition.operator === operator;
  const values = isSame ? (condition.values ?? []).map((value) => JSON.stringify(value)) : [];
  const shown = values.length > 6 ? [...values.slice(0, 5), moreText(values.length - 5)] : values;
  const compared = trace.hashes === undefined ? shown.join(", ") : hashesText(trace.hashes);
  const text = [pathText(attribute ?? ""), testText(operator, read, each), compared];
  return {
    result,
    text: text.filter(Boolean).join(" "),
    ...leafNote(trace),
    parts: [],
  };
}

function leafNote({ attribute, isPresent, value, problem }: ConditionTrace): { note?: string } {
  const isOfRequest = [attribute ?? ""].flat()[0]?.split(".")[0] === "request";
  if (isPresent === false) return { note: `the ${isOfRequest ? "request" : "context"} has no such attribute` };
  const shown = value === undefined ? "the attribute" : JSON.stringify(value);
  if (problem !== undefined) return { note: `cannot be compared: ${shown} ${problem}` };
  return value === undefined ? {} : { note: `it is ${shown}` };
}

function partsOf(condition: Condition | undefined, form: "all" | "any"): Condition[] {
  return (condition as Partial<Record<typeof form, Condition[]>> | undefined)?.[form] ?? [];
}

/** Whether the explanation refers to a segment. */
export function namesSegment(explanation: Explanation): boolean {
  const isNamed = (trace: ConditionTrace): boolean =>
    trace.segment !== undefined ||
    [...(trace.all ?? []), ...(trace.any ?? []), ...(trace.not === undefined ? [] : [trace.not])].some(isNamed);
  return explanation.rules.some(({ when }) => when !== undefined && isNamed(when));
}

export interface Attributes {
  context: string[];
  /** Those of the request, without `request.`. */
  request: string[];
  /** Those of the context that are compared with numbers only. */
  numbers: string[];
}

/** Returns the attributes that a flag uses. */
export function attributesOf(flag: Pick<Flag, "rules" | "default">): Attributes {
  const found = new Set<string>();
  const [numbers, others] = [new Set<string>(), new Set<string>()];
  const add = (path: AttributePath): void => void found.add(typeof path === "string" ? path : (path[0] ?? ""));
  const addServe = (serve: Rule["serve"]): void => {
    if ("rollout" in serve) for (const path of serve.rollout.by ?? ["targetingKey"]) add(path);
  };
  const addCondition = (condition: Condition): void => {
    if ("all" in condition) condition.all.forEach(addCondition);
    else if ("any" in condition) condition.any.forEach(addCondition);
    else if ("not" in condition) addCondition(condition.not);
    else if ("bucket" in condition) condition.bucket.by.forEach(add);
    else if ("attribute" in condition) {
      const { attribute, values = [], read } = condition;
      add(attribute);
      const isNumber = read === undefined && values.length > 0 && values.every((value) => typeof value === "number");
      if (typeof attribute === "string") (isNumber ? numbers : others).add(attribute);
    }
  };
  for (const rule of flag.rules ?? []) {
    if (rule.when !== undefined) addCondition(rule.when);
    addServe(rule.serve);
  }
  addServe(flag.default);
  const request = [...found].filter((name) => name.startsWith("request.")).map((name) => name.slice(8));
  const context = [...found].filter((name) => !name.startsWith("request"));
  return { context, request, numbers: context.filter((name) => numbers.has(name) && !others.has(name)) };
}
