/** Condition values as lines of text, and attributes as one line. */
import { exactJson, INEXACT_NUMBER, isInexact, numberProblem } from "../../../../src/flags/formats/exact-numbers.ts";
import type { AttributePath } from "../../../../sdk/client/contract.ts";
import type { Reader } from "../../../../src/flags/document.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { isVersion, type VersionReaderName, versionRule } from "../../../../src/flags/formats/version-readers.ts";
import type { Parsed } from "../fields/parsed.ts";
import type { Scalar } from "./condition.ts";

/** Each line is plain text, or JSON such as `12`, `true`, `null` or `"text"`. */
export type Notation = "text" | "json";

/** Returns `text` if every value can be written as a plain line, otherwise `json`. */
export function notationOf(values: readonly Scalar[]): Notation {
  const isPlain = values.every((value) => typeof value === "string" && value !== "" && !/^\s|\s$|[\n\r]/.test(value));
  return isPlain ? "text" : "json";
}

export function valuesText(values: readonly Scalar[], notation: Notation): string {
  return values
    .map((value) => (notation === "text" && typeof value === "string" ? value : exactJson(value)))
    .join("\n");
}

/** Reads one value from each line and skips empty lines. */
export function parseValues(text: string, notation: Notation): Parsed<Scalar[]> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const values: Scalar[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    const value = notation === "text" ? line : scalarOf(line);
    if (value === undefined)
      return { problem: `line ${i + 1} must be "text" in quotes, a number, true, false or null` };
    const problem = notation === "text" ? undefined : numberProblem(line, value);
    if (problem !== undefined) return { problem: `line ${i + 1} ${problem}` };
    values.push(value);
  }
  return { value: values };
}

function scalarOf(line: string): Scalar | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? undefined : (value as Scalar);
  } catch {
    return undefined;
  }
}

/** Reads one version from each line. The problem names the first line that is not a version, as `read` reads it. */
export function parseVersions(text: string, read?: Reader): Parsed<Scalar[]> {
  const parsed = parseValues(text, "text");
  if ("problem" in parsed) return parsed;
  const reader = read as VersionReaderName | undefined;
  const bad = parsed.value.find((value) => !isVersion(String(value), reader));
  return bad === undefined ? parsed : { problem: `${String(bad)} ${versionRule(reader)}` };
}

/** Whether a value is a SHA-256 hash in hexadecimal. */
export function isHash(value: Scalar): boolean {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}

/** Reads one hash from each line. Anything else could be a plain id, which must not be sent. */
export function parseHashes(text: string): Parsed<Scalar[]> {
  const parsed = parseValues(text, "text");
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
