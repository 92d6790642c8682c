/** Condition values as text, and attributes as one line. */
import { exactJson, INEXACT_NUMBER, isInexact, numberProblem } from "../../../../src/flags/formats/exact-numbers.ts";
import type { AttributePath } from "../../../../sdk/client/contract.ts";
import type { Reader } from "../../../../src/flags/document.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { isVersion, type VersionReaderName, versionRule } from "../../../../src/flags/formats/version-readers.ts";
import { TYPE_NAMES } from "../../../../src/flags/value-kinds.ts";
import { countText } from "../../../../sdk/words/names.ts";
import type { Parsed } from "../fields/parsed.ts";
import { someOf } from "../kit/split-values.ts";
import type { Scalar } from "./condition.ts";

/** A value is plain text, or JSON such as `12`, `true`, `null` or `"text"`. */
export type Notation = "text" | "json";

/** Returns `text` if every value can be written as plain text, otherwise `json`. */
export function notationOf(values: readonly Scalar[]): Notation {
  const isPlain = values.every((value) => typeof value === "string" && value !== "" && !/^\s|\s$|[\n\r]/.test(value));
  return isPlain ? "text" : "json";
}

export function valueText(value: Scalar, notation: Notation): string {
  return notation === "text" && typeof value === "string" ? value : exactJson(value);
}

/** Writes each value as a line of plain text. */
export function valuesText(values: readonly Scalar[]): string {
  return values.map((value) => valueText(value, "text")).join("\n");
}

/** Returns how many values there are, and which are there twice. */
export function summaryOf(values: readonly Scalar[]): string {
  if (values.length === 0) return "Separate values with commas, tabs or line breaks.";
  const count = `${countText(values.length, "value")}.`;
  const seen = new Set<Scalar>();
  const twice = [...new Set(values.filter((value) => seen.has(value) || !seen.add(value)))];
  if (twice.length === 0) return count;
  return `${count} In the list more than once: ${someOf(twice.map(String))}.`;
}

/** Reads one value. */
export function parseValue(text: string, notation: Notation): Parsed<Scalar> {
  const value = notation === "text" ? text : scalarOf(text);
  if (value === undefined) return { problem: 'must be "text" in quotes, a number, true, false or null' };
  const problem = notation === "text" ? undefined : numberProblem(text, value);
  return problem === undefined ? { value } : { problem };
}

/** Reads a plain text from each line and skips empty lines. */
export function parseLines(text: string): Parsed<Scalar[]> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return { value: lines.filter((line) => line !== "") };
}

function scalarOf(text: string): Scalar | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? undefined : (value as Scalar);
  } catch {
    return undefined;
  }
}

/** Reads one version, as `read` reads it. */
export function parseVersion(text: string, read?: Reader): Parsed<Scalar> {
  const reader = read as VersionReaderName | undefined;
  return isVersion(text, reader) ? { value: text } : { problem: versionRule(reader) };
}

/** Reads the name of a type in JSON. */
export function parseType(text: string): Parsed<Scalar> {
  const isType = TYPE_NAMES.some((name) => name === text);
  return isType ? { value: text } : { problem: `must be one of ${TYPE_NAMES.join(", ")}` };
}

/** Whether a value is a SHA-256 hash in hexadecimal. */
export function isHash(value: Scalar): boolean {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}

/** Reads one hash from each line. Anything else could be a plain id, which must not be sent. */
export function parseHashes(text: string): Parsed<Scalar[]> {
  const parsed = parseLines(text);
  if ("problem" in parsed) return parsed;
  const bad = parsed.value.findIndex((value) => !isHash(value));
  return bad < 0 ? parsed : { problem: `hash ${bad + 1} is not a SHA-256 hash in hexadecimal; enter plain ids above` };
}

/** Reads a decimal number. Rejects other texts that JavaScript would accept, such as hexadecimal and empty ones. */
export function parseNumber(text: string): Parsed<number> {
  const trimmed = text.trim();
  const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) && Number.isFinite(Number(trimmed));
  if (!isNumber) return { problem: "must be a number" };
  return isInexact(trimmed) ? { problem: INEXACT_NUMBER } : { value: Number(trimmed) };
}

/** Reads the divisor of a remainder. */
export function parseDivisor(text: string): Parsed<number> {
  const parsed = parseNumber(text);
  return "problem" in parsed || parsed.value > 0 ? parsed : { problem: "must be a number above 0" };
}

/** Reads how many bytes of a value are hashed. */
export function parseByteCount(text: string): Parsed<number> {
  return parseWhole(text, 1, LIMITS.hashedBytes);
}

/** Reads a whole number. */
export function parseWhole(text: string, min: number, max: number): Parsed<number> {
  const number = Number(text.trim());
  const isWhole = /^\d+$/.test(text.trim()) && number >= min && number <= max;
  return isWhole ? { value: number } : { problem: `must be a whole number from ${min} to ${max}` };
}

export function parsePath(text: string, isNested: boolean): AttributePath {
  if (!isNested) return text;
  return text.split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
