import type { AttributeCondition, JsonScalar, JsonValue, Operator } from "../flags/document.ts";
import { parseCidr, isInBlocks } from "../flags/formats/ip.ts";
import { compilePattern } from "../flags/formats/pattern.ts";
import {
  caretRange,
  compareVersions,
  newVersion,
  parseVersion,
  readVersion,
  tildeRange,
  type Version,
  type VersionRange,
} from "../flags/formats/semver.ts";
import { toInstant, valueProblem } from "../flags/operator-values.ts";
import { OPERATOR_VALUES } from "../flags/value-kinds.ts";
import { CompileError } from "./compile-error.ts";

/** Tests the value of an attribute that is present. A value of the wrong type does not match. */
export type Predicate = (value: JsonValue) => boolean;

type Factory = (values: JsonScalar[], caseInsensitive: boolean) => Predicate;

/** With more values than this, a Set is faster than a loop. */
const SET_THRESHOLD = 4;

const FACTORIES: Record<Operator, Factory> = {
  equals: isOneOf,
  in: isOneOf,
  contains: (values, fold) => anyText(values, fold, (text, value) => text.includes(value)),
  starts_with: (values, fold) => anyText(values, fold, (text, value) => text.startsWith(value)),
  ends_with: (values, fold) => anyText(values, fold, (text, value) => text.endsWith(value)),
  matches: matchesAny,
  exists: () => () => true,
  lt: (values) => comparesTo(values, (a, b) => a < b),
  lte: (values) => comparesTo(values, (a, b) => a <= b),
  gt: (values) => comparesTo(values, (a, b) => a > b),
  gte: (values) => comparesTo(values, (a, b) => a >= b),
  between: isBetween,
  before: (values) => anyInstant(values, (a, b) => a < b),
  after: (values) => anyInstant(values, (a, b) => a > b),
  semver_eq: (values) => anyVersion(values, (order) => order === 0),
  semver_lt: (values) => anyVersion(values, (order) => order < 0),
  semver_lte: (values) => anyVersion(values, (order) => order <= 0),
  semver_gt: (values) => anyVersion(values, (order) => order > 0),
  semver_gte: (values) => anyVersion(values, (order) => order >= 0),
  semver_caret: (values) => anyRange(versions(values).map(caretRange)),
  semver_tilde: (values) => anyRange(versions(values).map(tildeRange)),
  ip_in_cidr: isInCidr,
  array_contains_any: (values, fold) => arrayContains(values, fold, "some"),
  array_contains_all: (values, fold) => arrayContains(values, fold, "every"),
};

/** Compiles a condition's test of its attribute's value. Throws CompileError if the operator rejects a value. */
export function compilePredicate({ operator, values = [], caseInsensitive }: AttributeCondition): Predicate {
  if (!Object.hasOwn(FACTORIES, operator)) throw new CompileError(`unknown operator ${JSON.stringify(operator)}`);
  const kind = OPERATOR_VALUES[operator];
  if (kind === "none") return FACTORIES[operator]([], false);
  if (!Array.isArray(values) || values.length === 0) throw new CompileError(`${operator} needs at least one value`);
  if (kind === "number" && values.length !== 1) throw new CompileError(`${operator} needs exactly one number`);
  if (kind === "range" && values.length % 2 !== 0) throw new CompileError(`${operator} needs pairs of bounds`);
  for (const value of values) {
    // The factory compiles patterns and throws on a bad one, so checking them here would compile them twice.
    const problem = kind === "pattern" && typeof value === "string" ? undefined : valueProblem(operator, value);
    if (problem !== undefined) throw new CompileError(`${operator}: a value ${problem}`);
  }
  return FACTORIES[operator](values, caseInsensitive === true);
}

function isOneOf(values: JsonScalar[], fold: boolean): Predicate {
  for (const value of values) {
    if (typeof value === "object" && value !== null)
      throw new CompileError("a value must be a string, a number, a boolean or null");
  }
  if (fold) {
    const folded = new Set(values.map(foldCase));
    return (value) => folded.has(typeof value === "string" ? value.toLowerCase() : (value as JsonScalar));
  }
  const set: ReadonlySet<unknown> = new Set(values);
  return (value) => set.has(value);
}

function anyText(values: JsonScalar[], fold: boolean, holds: (text: string, value: string) => boolean): Predicate {
  const wanted = (values as string[]).map((value) => (fold ? value.toLowerCase() : value));
  return (value) => {
    if (typeof value !== "string") return false;
    const text = fold ? value.toLowerCase() : value;
    for (const one of wanted) if (holds(text, one)) return true;
    return false;
  };
}

function matchesAny(values: JsonScalar[], fold: boolean): Predicate {
  const patterns = (values as string[]).map((pattern) => compilePattern(pattern, fold));
  return (value) => typeof value === "string" && patterns.some((pattern) => pattern.test(value));
}

function comparesTo(values: JsonScalar[], holds: (a: number, b: number) => boolean): Predicate {
  const bound = values[0] as number;
  return (value) => typeof value === "number" && holds(value, bound);
}

function isBetween(values: JsonScalar[]): Predicate {
  const bounds = values as number[];
  return (value) => {
    if (typeof value !== "number") return false;
    for (let i = 0; i < bounds.length; i += 2) {
      if (value >= (bounds[i] ?? NaN) && value <= (bounds[i + 1] ?? NaN)) return true;
    }
    return false;
  };
}

function anyInstant(values: JsonScalar[], holds: (a: number, b: number) => boolean): Predicate {
  const instants = values.map(toInstant);
  return (value) => {
    const at = toInstant(value);
    for (const instant of instants) if (holds(at, instant)) return true;
    return false;
  };
}

// Only one subject is read at a time, so one record is enough. Rules of a request often read the same text, so the last
// one stays parsed.
const subject = newVersion();
let subjectText: string | undefined;

function readSubject(value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  if (value === subjectText) return true;
  subjectText = readVersion(value, subject) ? value : undefined;
  return subjectText !== undefined;
}

function anyVersion(values: JsonScalar[], holds: (order: number) => boolean): Predicate {
  const wanted = versions(values);
  const [first] = wanted;
  if (first && wanted.length === 1) return (value) => readSubject(value) && holds(compareVersions(subject, first));
  return (value) => readSubject(value) && wanted.some((version) => holds(compareVersions(subject, version)));
}

function anyRange(ranges: VersionRange[]): Predicate {
  return (value) => {
    if (!readSubject(value)) return false;
    for (const { lower, upper } of ranges) {
      if (compareVersions(subject, lower) >= 0 && compareVersions(subject, upper) < 0) return true;
    }
    return false;
  };
}

function isInCidr(values: JsonScalar[]): Predicate {
  const blocks = (values as string[]).flatMap((text) => parseCidr(text) ?? []);
  return (value) => typeof value === "string" && isInBlocks(value, blocks);
}

function arrayContains(values: JsonScalar[], fold: boolean, quantifier: "some" | "every"): Predicate {
  const wanted = fold ? values.map(foldCase) : values;
  const wantedSet: ReadonlySet<unknown> = new Set(wanted);
  if (quantifier === "some") {
    return (value) => Array.isArray(value) && value.some((item) => wantedSet.has(fold ? foldCase(item) : item));
  }
  if (wanted.length <= SET_THRESHOLD) {
    return (value) =>
      Array.isArray(value) && wanted.every((one) => value.some((item) => (fold ? foldCase(item) : item) === one));
  }
  return (value) => {
    if (!Array.isArray(value)) return false;
    const items: ReadonlySet<unknown> = new Set(fold ? value.map(foldCase) : value);
    return wanted.every((one) => items.has(one));
  };
}

function foldCase<T>(value: T): T | string {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function versions(values: JsonScalar[]): Version[] {
  return (values as string[]).flatMap((text) => parseVersion(text) ?? []);
}
