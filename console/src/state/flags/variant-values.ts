/** Converts variant values to and from text, by the type of the flag. */
import { exactJson, numberProblem } from "../../../../src/flags/formats/exact-numbers.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { parseNumber } from "../../ui/condition/values.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { jsonProblems, jsonProblemText } from "../../ui/kit/json/json-problems.ts";

export type FlagType = Flag["type"];

/** Whether people write the values of this type as JSON. */
export function isJsonType(type: FlagType): type is "object" | "json" {
  return type === "object" || type === "json";
}

/** Returns a value as text. A whole float keeps its decimal point: `10.0`. */
export function valueText(type: FlagType, value: unknown): string {
  if (type === "string" && typeof value === "string") return value;
  if (type === "float" && Number.isInteger(value) && Math.abs(value as number) < 1e21) return `${String(value)}.0`;
  return exactJson(value, isJsonType(type) ? 2 : undefined);
}

export function parseValue(type: FlagType, text: string): Parsed<unknown> {
  switch (type) {
    case "string":
      return { value: text };
    case "boolean":
      return text === "true" || text === "false" ? { value: text === "true" } : { problem: "must be true or false" };
    case "integer": {
      const parsed = /[.e]/i.test(text) ? undefined : parseNumber(text);
      const isWhole = parsed !== undefined && "value" in parsed && Number.isSafeInteger(parsed.value);
      return isWhole ? parsed : { problem: "must be a whole number between -9007199254740991 and 9007199254740991" };
    }
    case "float":
      return parseNumber(text);
    case "object":
    case "json":
      return parseJson(text, type);
  }
}

function parseJson(text: string, type: "object" | "json"): Parsed<unknown> {
  const [first] = jsonProblems(text);
  if (first !== undefined) return { problem: jsonProblemText(first) };
  const value: unknown = JSON.parse(text);
  if (type === "object" && (typeof value !== "object" || value === null))
    return { problem: "must be a JSON object or list" };
  const problem = numberProblem(text, value);
  return problem === undefined ? { value } : { problem };
}

/** Returns the initial value of a new variant. */
export function initialValue(type: FlagType): unknown {
  switch (type) {
    case "boolean":
      return false;
    case "string":
      return "";
    case "integer":
    case "float":
      return 0;
    case "object":
      return {};
    case "json":
      return null;
  }
}
