/** The values that each operator takes. A file of its own, so that the console can import it without the parsers. */
import { type NamedReader, type Operator, type Reader, READERS } from "./document.ts";

/** The kind of value that an operator takes by itself. */
export type OperatorKind =
  | "none"
  | "scalar"
  | "text"
  | "pattern"
  /** A number, or text. */
  | "bound"
  | "range"
  | "instant"
  | "version"
  | "address";

/** The kind of value that a condition needs. A reader can make it one that no operator has. */
export type ValueKind =
  | OperatorKind
  | "number"
  /** The name of a type in JSON. */
  | "type"
  /** JSON as text. */
  | "json"
  /** A SHA-256 hash in lower-case hexadecimal. */
  | "hash";

/** The names of JSON's types, as the reader `type` returns them. */
export const TYPE_NAMES = ["null", "boolean", "number", "string", "array", "object"] as const;

export const OPERATOR_VALUES: Record<Operator, OperatorKind> = {
  equals: "scalar",
  in: "scalar",
  contains: "text",
  starts_with: "text",
  ends_with: "text",
  matches: "pattern",
  exists: "none",
  lt: "bound",
  lte: "bound",
  gt: "bound",
  gte: "bound",
  between: "range",
  before: "instant",
  after: "instant",
  semver_eq: "version",
  semver_lt: "version",
  semver_lte: "version",
  semver_gt: "version",
  semver_gte: "version",
  semver_caret: "version",
  semver_tilde: "version",
  ip_in_cidr: "address",
  array_contains_any: "scalar",
  array_contains_all: "scalar",
};

/** The operators that compare text and can therefore ignore case. */
export const CASE_OPERATORS: ReadonlySet<Operator> = new Set<Operator>([
  "equals",
  "in",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
  "array_contains_any",
  "array_contains_all",
]);

/** The operators that take exactly one value. */
export const SINGLE_VALUE_OPERATORS: ReadonlySet<Operator> = new Set<Operator>(["lt", "lte", "gt", "gte"]);

/** The operators that cannot test the elements of a list. The last two compare whole lists. */
export const WITHOUT_EACH: ReadonlySet<Operator> = new Set<Operator>([
  "exists",
  "array_contains_any",
  "array_contains_all",
]);

/** The name of a reader; for one with a parameter, the field that holds it. */
export type ReaderName = NamedReader | (typeof PARAMETERS)[number];

/** The fields that hold the parameter of a reader. A reader has one of them. */
const PARAMETERS = ["modulo", "sha256", "age"] as const;

/** Returns the name of a reader, or `undefined` for a value that is not a reader. */
export function readerName(read: unknown): ReaderName | undefined {
  if (typeof read === "string") return READERS.find((name) => name === read);
  if (typeof read !== "object" || read === null) return undefined;
  return PARAMETERS.find((name) => name in read);
}

/** Returns whether a reader reads versions. The operators that compare versions apply it to their own values too. */
export function isVersionReader(name: ReaderName): name is Extract<ReaderName, `version-${string}`> {
  return name.startsWith("version-");
}

const ORDER: readonly Operator[] = ["lt", "lte", "gt", "gte"];
const EQUALITY: readonly Operator[] = ["equals", "in"];
const NUMBER: readonly Operator[] = [...EQUALITY, ...ORDER, "between"];
const VERSION = (Object.keys(OPERATOR_VALUES) as Operator[]).filter((one) => OPERATOR_VALUES[one] === "version");

/** The operators that take each reader. */
export const READER_OPERATORS: Record<ReaderName, readonly Operator[]> = {
  number: NUMBER,
  "number-comma": NUMBER,
  text: [...EQUALITY, "contains", "starts_with", "ends_with", "matches", ...ORDER],
  length: NUMBER,
  type: EQUALITY,
  json: EQUALITY,
  "version-strict": VERSION,
  "version-partial": VERSION,
  "version-loose": VERSION,
  "version-extended": VERSION,
  // Padded versions have no ranges, so ^version and ~version have no meaning.
  "version-padded": VERSION.filter((one) => one !== "semver_caret" && one !== "semver_tilde"),
  modulo: NUMBER,
  sha256: EQUALITY,
  // An age changes all the time, so no age equals another.
  age: [...ORDER, "between"],
};

/** Returns the names of the readers that an operator accepts. */
export function readersOf(operator: Operator): ReaderName[] {
  return (Object.keys(READER_OPERATORS) as ReaderName[]).filter((name) => READER_OPERATORS[name].includes(operator));
}

/** The kind of value that a reader returns, if a condition's values must be of that kind. */
const READ_VALUES: Partial<Record<ReaderName, ValueKind>> = {
  number: "number",
  "number-comma": "number",
  text: "text",
  length: "number",
  type: "type",
  json: "json",
  modulo: "number",
  sha256: "hash",
  age: "number",
};

/** Returns whether a condition can hold packed hashes instead of values. */
export function takesPacked(operator: Operator, read: Reader | undefined): boolean {
  return valueKindOf(operator, read) === "hash";
}

/** Returns the kind of value that an operator takes with a reader, or without one. */
export function valueKindOf(operator: Operator, read: Reader | undefined): ValueKind {
  const kind = OPERATOR_VALUES[operator];
  const name = read === undefined ? undefined : readerName(read);
  if (name === undefined || (kind !== "scalar" && kind !== "bound")) return kind;
  return READ_VALUES[name] ?? kind;
}
