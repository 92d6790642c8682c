import type { AttributePath, ConditionTrace } from "../../sdk/client/contract.ts";
import { readingText } from "../../sdk/client/reader-text.ts";
import { moreText } from "../../sdk/words/names.ts";

/** The attributes of the evaluated context, which a trace does not repeat. */
export type Attributes = Record<string, unknown>;

/** Formats a condition and its results as lines. A group comes before its parts. */
export function traceLines(trace: ConditionTrace, context: Attributes, depth = 1): string[] {
  const { all, any, not, condition } = trace;
  const parts = all ?? any ?? [not, condition].filter((part) => part !== undefined);
  return [
    `${"  ".repeat(depth)}${String(trace.result)}: ${textOf(trace, context)}`,
    ...parts.flatMap((part) => traceLines(part, context, depth + 1)),
  ];
}

function textOf(trace: ConditionTrace, context: Attributes): string {
  const { all, any, not, segment, flag, variants = [], served, ranges, bucket, total } = trace;
  if (all !== undefined) return "all of";
  if (any !== undefined) return "any of";
  if (not !== undefined) return "not";
  if (segment !== undefined) return `in segment ${segment}`;
  if (flag !== undefined)
    return `flag ${flag} serves ${variants.join(" or ")}; it serves ${served ?? "the caller's default"}`;
  if (ranges !== undefined)
    return `bucket ${bucket ?? "without a key"}${total === undefined ? "" : ` of ${total}`} in ${JSON.stringify(ranges)}`;
  return leafText(trace, context);
}

/**
 * `country (DE) in US`, `age ("17") read as number lt 18`,
 * `email is missing (ends_with @acme.com)`, `age (17) is text; lt compares numbers (lt 18)`
 */
function leafText(trace: ConditionTrace, context: Attributes): string {
  const { attribute = "", operator = "", values = [], omittedValues, hashes, isPresent, problem, read, each } = trace;
  const name = [attribute].flat().join(".");
  const more = omittedValues === undefined ? "" : ` and ${moreText(omittedValues)}`;
  const shown = hashes === undefined ? values.map(valueText).join(", ") + more : `${hashes} hashes`;
  const test = [each && "has an element", readText(read), operator, shown].filter(Boolean).join(" ");
  if (isPresent === false) return `${name} is missing (${test})`;
  const value = trace.value ?? valueAt(context, attribute);
  const subject = value === undefined ? name : `${name} (${valueText(value)})`;
  return problem === undefined ? `${subject} ${test}` : `${subject} ${problem} (${test})`;
}

function readText(read: ConditionTrace["read"]): string {
  return read === undefined ? "" : `read as ${readingText(read)}`;
}

function valueAt(context: Attributes, path: AttributePath): unknown {
  const steps = [path].flat();
  // The context cannot set attributes of the request.
  if (steps[0] === "request" || (typeof path === "string" && path.startsWith("request."))) return undefined;
  let value: unknown = context;
  for (const step of steps) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    value = isObject && Object.hasOwn(value as object, step) ? (value as Attributes)[step] : undefined;
  }
  return value;
}

const SHOWN_LENGTH = 60;

/** Returns text as it is, unless it is empty or could be taken for another value, and everything else as JSON. */
function valueText(value: unknown): string {
  const text = typeof value === "string" && isPlain(value) ? value : (JSON.stringify(value) ?? "");
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function isPlain(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- a value must not move the cursor of a terminal
  if (text === "" || text !== text.trim() || /[\u0000-\u001f\u007f-\u009f",()]/.test(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
