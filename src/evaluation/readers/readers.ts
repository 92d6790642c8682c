import { AGE_UNITS, type AgeUnit, type JsonScalar, type JsonValue, type Reader } from "../../flags/document.ts";
import { toInstant } from "../../flags/operator-values.ts";
import { CompileError } from "../compile-error.ts";
import type { HashReader } from "../../flags/hashes/text-digest.ts";
import { schemeLibrary } from "../hashing/scheme-library.ts";
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
  const compiled = "sha256" in read ? hashBy(read) : Object.keys(read).length === 1 ? compileOther(read) : undefined;
  if (compiled === undefined) throw new CompileError(`unknown parameters of read: ${Object.keys(read).join(", ")}`);
  return compiled;
}

function compileOther(read: { modulo: number } | { age: AgeUnit }): Read | undefined {
  if ("modulo" in read) return Number.isFinite(read.modulo) && read.modulo > 0 ? moduloOf(read.modulo) : undefined;
  return AGE_UNITS.includes(read.age) ? ageIn(MS[read.age]) : undefined;
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

/** Compiles the reader `sha256`. The empty text, which no value equals, is the hash of a text with too few bytes. */
function hashBy(read: HashReader): Read {
  const digestOf = digestBy(read);
  const { bytesToHex } = schemeLibrary.loaded.textHashes;
  return (value) => {
    const digest = digestOf(value);
    return digest === undefined ? undefined : digest === NO_DIGEST ? "" : bytesToHex(digest);
  };
}

/** The digest of a text with too few bytes. No hash is as short. */
export const NO_DIGEST = new Uint8Array(0);

/** Compiles the reader `sha256` as bytes, `undefined` for a value that it cannot read. Throws CompileError. */
export function digestBy(read: HashReader): (value: JsonValue) => Uint8Array | undefined {
  const { sha256: salt, first, last, ...others } = read;
  const bytes = first ?? last;
  const isWhole = bytes === undefined || (Number.isInteger(bytes) && bytes >= 1);
  const hasOneEnd = first === undefined || last === undefined;
  if (typeof salt !== "string" || Object.keys(others).length > 0 || !isWhole || !hasOneEnd)
    throw new CompileError(`unknown parameters of read: ${Object.keys(read).join(", ")}`);
  const digest = schemeLibrary.loaded.textHashes.compileTextDigest(read);
  return (value) => {
    const text = readText(value);
    return text === undefined ? undefined : (digest(text) ?? NO_DIGEST);
  };
}
