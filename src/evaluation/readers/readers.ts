import { AGE_UNITS, type AgeUnit, type JsonScalar, type JsonValue, type Reader } from "../../flags/document.ts";
import { toInstant } from "../../flags/operator-values.ts";
import { CompileError } from "../compile-error.ts";
import { canonicalJson } from "../../flags/formats/canonical-json.ts";

/** Reads a value at a time (ms since epoch). Returns `undefined` if the reader cannot read it. */
export type Read = (value: JsonValue, now: number) => JsonScalar | undefined;

const NAMED: Partial<Record<string, Read>> = {
  number: readNumber,
  "number-comma": (value) => readNumber(typeof value === "string" ? value.replace(",", ".") : value),
  text: readText,
  length: (value) => (Array.isArray(value) ? value.length : undefined),
  type: typeName,
  json: canonicalJson,
};

/** Compiles a reader. Returns `undefined` for a reader of versions, which the operators apply themselves. */
export function compileReader(read: Reader): Read | undefined {
  if (typeof read === "string") return NAMED[read];
  const [field = "", ...others] = Object.keys(read);
  if (others.length === 0) {
    if ("modulo" in read && Number.isFinite(read.modulo) && read.modulo > 0) return moduloOf(read.modulo);
    if ("age" in read && AGE_UNITS.includes(read.age)) return ageIn(MS[read.age]);
  }
  throw new CompileError(`read: ${JSON.stringify(field)} has another parameter than a reader takes`);
}

/** Text that JavaScript reads as a number, although it does not look like one to people. */
const BLANK_OR_PREFIXED = /^\s*(?:$|0[box])/i;

function readNumber(value: JsonValue): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && !BLANK_OR_PREFIXED.test(value)
        ? Number(value)
        : NaN;
  return Number.isNaN(number) ? undefined : number;
}

function readText(value: JsonValue): string | undefined {
  return typeof value === "object" || Number.isNaN(value) ? undefined : String(value);
}

function typeName(value: JsonValue): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** As in JavaScript, the remainder has the sign of the attribute. */
function moduloOf(divisor: number): Read {
  return (value) => {
    const number = readNumber(value);
    return number === undefined || !Number.isFinite(number) ? undefined : number % divisor;
  };
}

const MS: Record<AgeUnit, number> = {
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

function ageIn(unitMs: number): Read {
  return (value, now) => {
    const instant = toInstant(value);
    return Number.isNaN(instant) ? undefined : (now - instant) / unitMs;
  };
}
