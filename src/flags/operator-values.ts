import type { JsonScalar, Operator, Reader } from "./document.ts";
import { parseInstant } from "./formats/instant.ts";
import { parseCidr } from "./formats/ip.ts";
import { compilePattern, PatternError } from "./formats/pattern.ts";
import { isVersion, versionRule, type VersionReaderName } from "./formats/version-readers.ts";
import { TYPE_NAMES, valueKindOf } from "./value-kinds.ts";

/** Returns the problem with one value of a condition, or `undefined` if the operator accepts the value. */
export function valueProblem(operator: Operator, value: JsonScalar, read?: Reader): string | undefined {
  switch (valueKindOf(operator, read)) {
    case "none":
      return `${operator} takes no values`;
    case "scalar":
      return typeof value === "object" && value !== null ? "must be text, a number, true, false or null" : undefined;
    case "text":
      return typeof value === "string" ? undefined : "must be text";
    case "pattern":
      return typeof value === "string" ? patternProblem(value) : "must be a pattern in RE2 syntax";
    case "bound":
      return typeof value === "string" || Number.isFinite(value) ? undefined : "must be a number or text";
    case "number":
    case "range":
      return Number.isFinite(value) ? undefined : "must be a number";
    case "instant":
      return Number.isNaN(toInstant(value))
        ? "must be an ISO 8601 instant such as 2030-01-31T09:00:00Z, or ms since epoch"
        : undefined;
    case "version":
      return versionProblem(value, read as VersionReaderName | undefined);
    case "address":
      return typeof value === "string" && parseCidr(value)
        ? undefined
        : "must be an IP address or a CIDR block such as 10.0.0.0/8 or 2001:db8::/32";
    case "type":
      return (TYPE_NAMES as readonly unknown[]).includes(value) ? undefined : `must be one of ${TYPE_NAMES.join(", ")}`;
    case "json":
      return typeof value === "string" && isJson(value) ? undefined : 'must be JSON as text, such as "[1,2]"';
    case "hash":
      return typeof value === "string" && /^[\da-f]{64}$/.test(value)
        ? undefined
        : "must be a SHA-256 hash, as 64 hexadecimal digits in lower case";
  }
}

/** Returns an instant, given as text or as a number, in ms since epoch. Returns NaN for any other value. */
export function toInstant(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseInstant(value) : NaN;
}

function versionProblem(value: JsonScalar, read: VersionReaderName | undefined): string | undefined {
  return typeof value === "string" && isVersion(value, read) ? undefined : versionRule(read);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern, false);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return `is not a valid RE2 pattern: ${error.message}`;
  }
}
