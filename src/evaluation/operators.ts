import type { AttributeCondition, JsonScalar, JsonValue, Operator, Reader } from "../flags/document.ts";
import { foldCase } from "../flags/formats/fold-case.ts";
import { isInBlocks, parseAddress, parseCidr } from "../flags/formats/ip.ts";
import { compilePattern } from "../flags/formats/pattern.ts";
import { toInstant, valueProblem } from "../flags/operator-values.ts";
import type { VersionReaderName } from "../flags/formats/version-readers.ts";
import { READER_OPERATORS, readerName, SINGLE_VALUE_OPERATORS, valueKindOf } from "../flags/value-kinds.ts";
import { CompileError } from "./compile-error.ts";
import { canonicalJson } from "../flags/formats/canonical-json.ts";
import { FALSE, type Predicate, TRUE, type Truth } from "./truth.ts";
import { anyRange, anyVersion } from "./version-operators.ts";

interface Options {
  /** Whether to ignore case. */
  fold: boolean;
  /** The result for a value that the operator cannot compare. */
  invalid: Truth;
  read: Reader | undefined;
}

/** One of the two numbers, or of the two texts, that an order compares. */
type Bound = number | string;

type Factory = (values: JsonScalar[], options: Options) => Predicate;

/** With more values than this, a Set is faster than a list. */
export const LIST_LENGTH = 8;

/** With more values than this, a Set of the caller's list is faster than searching it for each value. */
const SHORT_LIST = 4;

const FACTORIES: Record<Operator, Factory> = {
  equals: isOneOf,
  in: isOneOf,
  contains: (values, options) => anyText(values, options, includes),
  starts_with: (values, options) => anyText(values, options, startsWith),
  ends_with: (values, options) => anyText(values, options, endsWith),
  matches: matchesAny,
  exists: () => () => TRUE,
  lt: (values, options) => comparesTo(values, options, isBelow),
  lte: (values, options) => comparesTo(values, options, isAtMost),
  gt: (values, options) => comparesTo(values, options, isAbove),
  gte: (values, options) => comparesTo(values, options, isAtLeast),
  between: isBetween,
  before: (values, options) => anyInstant(values, options, isBelow),
  after: (values, options) => anyInstant(values, options, isAbove),
  semver_eq: (values, options) => anyVersion(versionsOf(values, options), isSame),
  semver_lt: (values, options) => anyVersion(versionsOf(values, options), isNegative),
  semver_lte: (values, options) => anyVersion(versionsOf(values, options), isNotPositive),
  semver_gt: (values, options) => anyVersion(versionsOf(values, options), isPositive),
  semver_gte: (values, options) => anyVersion(versionsOf(values, options), isNotNegative),
  semver_caret: (values, options) => anyRange(versionsOf(values, options), "caret"),
  semver_tilde: (values, options) => anyRange(versionsOf(values, options), "tilde"),
  ip_in_cidr: isInCidr,
  array_contains_any: (values, options) => arrayContains(values, options, "some"),
  array_contains_all: (values, options) => arrayContains(values, options, "every"),
};

// Named, so that all conditions share them.
const includes = (text: string, value: string): boolean => text.includes(value);
const startsWith = (text: string, value: string): boolean => text.startsWith(value);
const endsWith = (text: string, value: string): boolean => text.endsWith(value);
const isBelow = (a: Bound, b: Bound): boolean => a < b;
const isAtMost = (a: Bound, b: Bound): boolean => a <= b;
const isAbove = (a: Bound, b: Bound): boolean => a > b;
const isAtLeast = (a: Bound, b: Bound): boolean => a >= b;
const isSame = (order: number): boolean => order === 0;
const isNegative = (order: number): boolean => order < 0;
const isNotPositive = (order: number): boolean => order <= 0;
const isPositive = (order: number): boolean => order > 0;
const isNotNegative = (order: number): boolean => order >= 0;

/**
 * Compiles the test of what a condition's reader has read, or of its attribute's value if it has no reader. The test
 * itself reads versions. It returns `invalid` for a value that cannot be compared. Throws CompileError if the operator
 * rejects a value.
 */
export function compilePredicate(condition: AttributeCondition, invalid: Truth): Predicate {
  const { operator, values = [], caseInsensitive, read } = condition;
  if (!Object.hasOwn(FACTORIES, operator)) throw new CompileError(`unknown operator ${JSON.stringify(operator)}`);
  const options = { fold: caseInsensitive === true, invalid, read };
  if (read !== undefined) checkReader(operator, read);
  const kind = valueKindOf(operator, read);
  if (kind === "none") return FACTORIES[operator]([], options);
  if (!Array.isArray(values) || values.length === 0) throw new CompileError(`${operator} needs at least one value`);
  if (SINGLE_VALUE_OPERATORS.has(operator) && values.length !== 1)
    throw new CompileError(`${operator} needs exactly one value`);
  if (kind === "range" && values.length % 2 !== 0) throw new CompileError(`${operator} needs pairs of bounds`);
  for (const value of values) {
    // The factory compiles patterns and throws on a bad one, so checking them here would compile them twice.
    const problem = kind === "pattern" && typeof value === "string" ? undefined : valueProblem(operator, value, read);
    if (problem !== undefined) throw new CompileError(`${operator}: a value ${problem}`);
  }
  return FACTORIES[operator](kind === "json" ? values.map(canonicalText) : values, options);
}

function checkReader(operator: Operator, read: Reader): void {
  const name = readerName(read);
  if (name === undefined || !READER_OPERATORS[name].includes(operator))
    throw new CompileError(`${operator} does not take read ${JSON.stringify(read)}`);
}

/** Returns JSON text in the one form in which the reader `json` writes the attribute. */
function canonicalText(json: JsonScalar): string {
  return canonicalJson(JSON.parse(json as string) as JsonValue);
}

/** Returns the type of a scalar as `equals` distinguishes types, or `undefined` for a value that it cannot compare. */
export function scalarType(value: unknown): "text" | "number" | "boolean" | "null" | undefined {
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "number" && !Number.isNaN(value) ? "number" : undefined;
}

function isOneOf(values: JsonScalar[], { fold, invalid }: Options): Predicate {
  for (const value of values) {
    if (typeof value === "object" && value !== null)
      throw new CompileError("a value must be a string, a number, a boolean or null");
  }
  const isMember = fold ? foldedMember(values.map(foldText)) : member(values);
  if (invalid === FALSE) return isMember;
  const types = new Set<unknown>(values.map(scalarType));
  types.delete(undefined);
  return ofTypes([...types], isMember, invalid);
}

/** A list of few values is as fast as a Set, and takes a fraction of the memory. */
function member(values: readonly unknown[]): Predicate {
  if (values.length <= LIST_LENGTH) return (value) => (values.includes(value) ? TRUE : FALSE);
  return memberOfSet(new Set(values));
}

function memberOfSet(set: ReadonlySet<unknown>): Predicate {
  return (value) => (set.has(value) ? TRUE : FALSE);
}

function foldedMember(values: readonly unknown[]): Predicate {
  const isMember = member(values);
  return (value) => isMember(foldText(value));
}

function ofTypes(types: readonly unknown[], isMember: Predicate, invalid: Truth): Predicate {
  return (value) => {
    if (isMember(value) === TRUE) return TRUE;
    return types.includes(scalarType(value)) ? FALSE : invalid;
  };
}

function anyText(
  values: JsonScalar[],
  { fold, invalid }: Options,
  holds: (text: string, value: string) => boolean,
): Predicate {
  const texts = values as string[];
  if (!fold) return holdsForAny(texts, holds, invalid);
  const folded = texts.map(foldCase);
  // Half of a surrogate pair does not fold as the whole letter does, so such a value is also compared as it is.
  const halves = texts.filter((text) => !text.isWellFormed());
  if (halves.length === 0) return holdsForAnyFolded(folded, holds, invalid);
  const isFoldedHeld = holdsForAnyFolded(folded, holds, invalid);
  const isHalfHeld = holdsForAny(halves, holds, invalid);
  return (value) => (isFoldedHeld(value) === FALSE ? isHalfHeld(value) : isFoldedHeld(value));
}

function holdsForAny(
  texts: readonly string[],
  holds: (text: string, value: string) => boolean,
  invalid: Truth,
): Predicate {
  return (value) => {
    if (typeof value !== "string") return invalid;
    for (const one of texts) if (holds(value, one)) return TRUE;
    return FALSE;
  };
}

function holdsForAnyFolded(
  folded: readonly string[],
  holds: (text: string, value: string) => boolean,
  invalid: Truth,
): Predicate {
  return (value) => {
    if (typeof value !== "string") return invalid;
    const text = foldCase(value);
    for (const one of folded) if (holds(text, one)) return TRUE;
    return FALSE;
  };
}

function matchesAny(values: JsonScalar[], { fold, invalid }: Options): Predicate {
  const patterns = (values as string[]).map((pattern) => compilePattern(pattern, fold));
  return (value) => {
    if (typeof value !== "string") return invalid;
    return patterns.some((pattern) => pattern.test(value)) ? TRUE : FALSE;
  };
}

function comparesTo(values: JsonScalar[], options: Options, holds: (a: Bound, b: Bound) => boolean): Predicate {
  const [bound] = values;
  return typeof bound === "string"
    ? comparesToText(bound, options, holds)
    : comparesToNumber(bound as number, options, holds);
}

function comparesToNumber(bound: number, { invalid }: Options, holds: (a: number, b: number) => boolean): Predicate {
  return (value) => {
    if (typeof value !== "number" || Number.isNaN(value)) return invalid;
    return holds(value, bound) ? TRUE : FALSE;
  };
}

/** JavaScript orders texts by their code units. */
function comparesToText(bound: string, { invalid }: Options, holds: (a: string, b: string) => boolean): Predicate {
  return (value) => (typeof value !== "string" ? invalid : holds(value, bound) ? TRUE : FALSE);
}

function isBetween(values: JsonScalar[], { invalid }: Options): Predicate {
  const bounds = values as number[];
  return (value) => {
    if (typeof value !== "number" || Number.isNaN(value)) return invalid;
    for (let i = 0; i < bounds.length; i += 2) {
      if (value >= (bounds[i] ?? NaN) && value <= (bounds[i + 1] ?? NaN)) return TRUE;
    }
    return FALSE;
  };
}

function anyInstant(values: JsonScalar[], { invalid }: Options, holds: (a: number, b: number) => boolean): Predicate {
  const instants = values.map(toInstant);
  return (value) => {
    const at = toInstant(value);
    if (Number.isNaN(at)) return invalid;
    for (const instant of instants) if (holds(at, instant)) return TRUE;
    return FALSE;
  };
}

function versionsOf(values: JsonScalar[], { read, invalid }: Options) {
  return { versions: values as string[], read: read as VersionReaderName | undefined, invalid };
}

function isInCidr(values: JsonScalar[], { invalid }: Options): Predicate {
  const blocks = (values as string[]).flatMap((text) => parseCidr(text) ?? []);
  return (value) => {
    const address = typeof value === "string" ? parseAddress(value) : undefined;
    if (address === undefined) return invalid;
    return isInBlocks(address, blocks) ? TRUE : FALSE;
  };
}

function arrayContains(values: JsonScalar[], { fold, invalid }: Options, quantifier: "some" | "every"): Predicate {
  const wanted = fold ? values.map(foldText) : values;
  if (quantifier === "some") {
    const isWanted = fold ? foldedMember(wanted) : member(wanted);
    return (value) => (!Array.isArray(value) ? invalid : value.some((item) => isWanted(item) === TRUE) ? TRUE : FALSE);
  }
  const holds = (list: JsonValue[]): boolean => {
    if (wanted.length <= SHORT_LIST)
      return wanted.every((one) => list.some((item) => (fold ? foldText(item) : item) === one));
    const items: ReadonlySet<unknown> = new Set(fold ? list.map(foldText) : list);
    return wanted.every((one) => items.has(one));
  };
  return (value) => (!Array.isArray(value) ? invalid : holds(value) ? TRUE : FALSE);
}

function foldText<T>(value: T): T | string {
  return typeof value === "string" ? foldCase(value) : value;
}
