/** Converts an evaluation context to rows of a form, and back. */

import { exactJson, numberProblem } from "../../../../src/flags/formats/exact-numbers.ts";
import { depthProblem } from "../../../../src/flags/formats/nesting.ts";
import { MAX_CONTEXT_DEPTH, RESERVED_NAME } from "../../../../src/flags/limits.ts";
import { jsonProblems, jsonProblemText } from "../../ui/kit/json/json-problems.ts";

export const VALUE_TYPES = ["text", "number", "boolean", "JSON"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface Row {
  name: string;
  type: ValueType;
  text: string;
}

export interface ReadRows {
  values: Record<string, unknown>;
  /** The problem with a row, by the index of the row. */
  problems: Map<number, string>;
}

/** Reads the rows and skips those without a name. */
export function readRows(rows: readonly Row[]): ReadRows {
  const values: Record<string, unknown> = {};
  const problems = new Map<number, string>();
  for (const [i, row] of rows.entries()) {
    const name = row.name.trim();
    if (name === "") continue;
    if (Object.hasOwn(values, name)) problems.set(i, "is used twice");
    const value = readValue(row);
    const problem = value === undefined || row.type === "text" ? undefined : problemOf(row.text, value);
    if (value === undefined) problems.set(i, `is not ${row.type === "number" ? "a number" : "valid JSON"}`);
    else if (problem !== undefined) problems.set(i, problem);
    else if (name === RESERVED_NAME) problems.set(i, "is a name that is not accepted");
    else values[name] = value;
  }
  return { values, problems };
}

/** Returns the problem with the value of an attribute. The context itself is the first of its levels. */
function problemOf(text: string, value: unknown): string | undefined {
  return depthProblem(value, MAX_CONTEXT_DEPTH - 1) ?? numberProblem(text, value);
}

function readValue({ type, text }: Row): unknown {
  if (type === "text") return text;
  if (type === "boolean") return text === "true";
  try {
    const value: unknown = JSON.parse(text);
    return type === "JSON" || typeof value === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

export function rowsOf(values: Readonly<Record<string, unknown>>): Row[] {
  return Object.entries(values).map(([name, value]) => {
    if (typeof value === "string") return { name, type: "text", text: value };
    if (typeof value === "number") return { name, type: "number", text: exactJson(value) };
    if (typeof value === "boolean") return { name, type: "boolean", text: String(value) };
    return { name, type: "JSON", text: exactJson(value) };
  });
}

/** Reads a context that was typed as JSON. */
export function readContextText(text: string): { values: Record<string, unknown> } | { problem: string } {
  if (text.trim() === "") return { values: {} };
  try {
    const value: unknown = JSON.parse(text);
    const depth = depthProblem(value, MAX_CONTEXT_DEPTH);
    if (depth !== undefined) return { problem: `This context ${depth}.` };
    const problem = numberProblem(text, value);
    if (problem !== undefined) return { problem };
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { values: value as Record<string, unknown> };
    }
    return { problem: 'A context must be a JSON object, such as {"plan": "pro"}.' };
  } catch {
    return { problem: `This is not valid JSON: ${jsonProblems(text).map(jsonProblemText)[0] ?? ""}.` };
  }
}
