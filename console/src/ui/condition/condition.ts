/** The types and operators of conditions in the builder, and how a condition changes from one to another. */
import type { Condition } from "../../../../sdk/client/contract.ts";
import type { Operator } from "../../../../src/flags/document.ts";
import { NEGATED_OPERATOR_TEXTS, OPERATOR_TEXTS } from "../../../../sdk/words/operators.ts";
import {
  CASE_OPERATORS,
  readerName,
  type ReaderName,
  readersOf,
  SINGLE_VALUE_OPERATORS,
  type ValueKind,
  valueKindOf,
  WITHOUT_EACH,
} from "../../../../src/flags/value-kinds.ts";

export type Leaf = Extract<Condition, { attribute: unknown }>;
export type Bucket = Extract<Condition, { bucket: unknown }>["bucket"];
export type Scalar = string | number | boolean | null;

/** The names in this environment that a condition can refer to. */
export interface Known {
  segments: readonly { key: string; name: string }[];
  flags: readonly {
    key: string;
    variants: Readonly<Record<string, unknown>>;
    offVariant?: string | null | undefined;
  }[];
  /** Suggested attribute names. */
  attributes: readonly string[];
}

/** Returns the segments as options: `Beta testers (beta-testers)`. */
export function segmentOptions(segments: Known["segments"]): (readonly [key: string, text: string])[] {
  return segments.map(({ key, name }) => [key, name === key ? key : `${name} (${key})`]);
}

export const FORMS = {
  attribute: "Attribute",
  segment: "Segment",
  flag: "Another flag's variant",
  bucket: "Percentage",
  all: "All of",
  any: "Any of",
  not: "Not",
} as const;
export type Form = keyof typeof FORMS;

const OPERATORS: readonly (readonly [label: string, operators: readonly Operator[]])[] = [
  ["Any value", ["equals", "in", "exists"]],
  ["Text", ["contains", "starts_with", "ends_with", "matches"]],
  ["Number", ["lt", "lte", "gt", "gte", "between"]],
  ["Date and time", ["before", "after"]],
  ["Version", ["semver_eq", "semver_lt", "semver_lte", "semver_gt", "semver_gte", "semver_caret", "semver_tilde"]],
  ["IP address", ["ip_in_cidr"]],
  ["List", ["array_contains_any", "array_contains_all"]],
];

export const OPERATOR_GROUPS = OPERATORS.map(([label, operators]) => ({
  label,
  operators: operators.map((name) => [name, OPERATOR_TEXTS[name], NEGATED_OPERATOR_TEXTS[name]] as const),
}));

/** The readers, in words. */
export const READER_NAMES: Record<ReaderName, string> = {
  number: "a number, also one in text",
  "number-comma": "a number, also one in text with a decimal comma",
  text: "text, also a number or a boolean as text",
  length: "the number of elements of a list",
  type: "the name of its type",
  json: "JSON as text",
  "version-strict": "three numbers, without a leading v",
  "version-partial": "one to three numbers; missing ones are 0",
  "version-loose": "one to three numbers; a leading v or a plain number is fine",
  "version-extended": "any count of numbers; missing ones are 0",
  "version-padded": "compared part by part as text (GrowthBook)",
  modulo: "the remainder of a division",
  sha256: "a SHA-256 hash with a salt",
  age: "the time since then",
};

export function formOf(condition: Condition): Form {
  return (Object.keys(FORMS) as Form[]).find((form) => form in condition) ?? "attribute";
}

export function emptyLeaf(): Leaf {
  return { attribute: "", operator: "equals", values: [] };
}

/** Returns the condition as another type. Groups keep their conditions; another condition goes into the new group. */
export function changeForm(condition: Condition, form: Form, known: Known): Condition {
  if (form === formOf(condition)) return condition;
  const parts = childrenOf(condition);
  const [first = condition] = parts ?? [condition];
  switch (form) {
    case "all":
      return { all: parts ?? [condition] };
    case "any":
      return { any: parts ?? [condition] };
    case "not":
      return { not: parts?.length === 1 ? first : condition };
    case "attribute":
    case "segment":
    case "flag":
    case "bucket":
      return parts?.length === 1 && formOf(first) === form ? first : emptyOf(form, known);
  }
}

function emptyOf(form: "attribute" | "segment" | "flag" | "bucket", known: Known): Condition {
  switch (form) {
    case "attribute":
      return emptyLeaf();
    case "segment":
      return { segment: known.segments[0]?.key ?? "" };
    case "flag":
      return { flag: "", variants: [] };
    case "bucket":
      return { bucket: { by: ["targetingKey"], salt: "", hash: "murmur3-mulshift", ranges: [[0, 10_000]] } };
  }
}

/** Returns the conditions inside a group or a negation, and `undefined` for every other condition. */
export function childrenOf(condition: Condition): Condition[] | undefined {
  if ("all" in condition) return condition.all;
  if ("any" in condition) return condition.any;
  return "not" in condition ? [condition.not] : undefined;
}

/** Returns the leaf with another operator. It keeps the values and options that this operator accepts. */
export function changeOperator(leaf: Leaf, operator: Operator): Leaf {
  const { attribute, values = [], packed, caseInsensitive, missing, invalid, read, each } = leaf;
  const name = readerName(read);
  const kept = name !== undefined && readersOf(operator).includes(name) ? read : undefined;
  const kind = valueKindOf(operator, kept);
  if (kind === "none") return { attribute, operator };
  const fitting = values.filter((value) => fits(kind, value) || (kind === "bound" && isBound(leaf)));
  const most = SINGLE_VALUE_OPERATORS.has(operator) ? 1 : kind === "range" ? fitting.length & ~1 : fitting.length;
  return {
    attribute,
    operator,
    ...(packed !== undefined && kind === "hash" ? { packed } : { values: fitting.slice(0, most) }),
    ...(caseInsensitive === undefined || !CASE_OPERATORS.has(operator) ? {} : { caseInsensitive }),
    ...(missing === undefined ? {} : { missing }),
    ...(invalid === undefined ? {} : { invalid }),
    ...(kept === undefined ? {} : { read: kept }),
    ...(each === undefined || WITHOUT_EACH.has(operator) ? {} : { each }),
  };
}

/** Whether the values of a leaf are those of an order, which may be text. */
function isBound({ operator }: Leaf): boolean {
  return SINGLE_VALUE_OPERATORS.has(operator);
}

/** The truth of a condition without a usable value, as the text of an option. */
export type TruthText = "true" | "false" | "unknown";

/** Returns the leaf with another value for a missing attribute, or for one that cannot be compared. */
export function changeTruth(leaf: Leaf, field: "missing" | "invalid", chosen: TruthText | ""): Leaf {
  const { [field]: _, ...rest } = leaf;
  // Only the default of `missing` is always the same, so only `missing` leaves it out.
  if (chosen === "" || (field === "missing" && chosen === "false")) return rest;
  return { ...rest, [field]: chosen === "unknown" ? chosen : chosen === "true" };
}

function fits(kind: ValueKind, value: Scalar): boolean {
  switch (kind) {
    case "none":
      return false;
    case "scalar":
      return true;
    case "bound":
    case "number":
    case "range":
      return typeof value === "number";
    case "instant":
      return typeof value === "number" || (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value));
    case "text":
    case "pattern":
    case "version":
    case "address":
    case "type":
    case "json":
    case "hash":
      return typeof value === "string";
  }
}
