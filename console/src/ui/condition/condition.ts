/** Conditions as the builder changes them: their forms, what carries over from one form or operator to another. */
import type { Condition } from "../../../../sdk/client/contract.ts";
import type { Operator } from "../../../../src/flags/document.ts";
import { CASE_OPERATORS, OPERATOR_VALUES } from "../../../../src/flags/value-kinds.ts";

export type Leaf = Extract<Condition, { attribute: unknown }>;
export type Bucket = Extract<Condition, { bucket: unknown }>["bucket"];
export type Scalar = string | number | boolean | null;

/** What conditions may name in this environment. */
export interface Known {
  /** Keys of segments. */
  segments: readonly string[];
  flags: readonly { key: string; variants: Readonly<Record<string, unknown>> }[];
  /** Names to suggest. */
  attributes: readonly string[];
}

export const FORMS = {
  attribute: "Attribute",
  segment: "Segment",
  flag: "Another flag serves",
  bucket: "Percentage",
  all: "All of",
  any: "Any of",
  not: "Not",
} as const;
export type Form = keyof typeof FORMS;

export const OPERATOR_GROUPS: readonly { label: string; operators: readonly (readonly [Operator, string])[] }[] = [
  {
    label: "Any value",
    operators: [
      ["equals", "equals"],
      ["in", "is one of"],
      ["exists", "exists"],
    ],
  },
  {
    label: "Text",
    operators: [
      ["contains", "contains"],
      ["starts_with", "starts with"],
      ["ends_with", "ends with"],
      ["matches", "matches the pattern"],
    ],
  },
  {
    label: "Number",
    operators: [
      ["lt", "is below"],
      ["lte", "is at most"],
      ["gt", "is above"],
      ["gte", "is at least"],
      ["between", "is between"],
    ],
  },
  {
    label: "Instant",
    operators: [
      ["before", "is before"],
      ["after", "is after"],
    ],
  },
  {
    label: "Version",
    operators: [
      ["semver_eq", "is version"],
      ["semver_lt", "is older than"],
      ["semver_lte", "is at most version"],
      ["semver_gt", "is newer than"],
      ["semver_gte", "is at least version"],
      ["semver_caret", "is compatible with (^)"],
      ["semver_tilde", "is a patch of (~)"],
    ],
  },
  { label: "IP address", operators: [["ip_in_cidr", "is in the block"]] },
  {
    label: "List",
    operators: [
      ["array_contains_any", "holds one of"],
      ["array_contains_all", "holds all of"],
    ],
  },
];

export function formOf(condition: Condition): Form {
  return (Object.keys(FORMS) as Form[]).find((form) => form in condition) ?? "attribute";
}

export function emptyLeaf(): Leaf {
  return { attribute: "", operator: "equals", values: [] };
}

/** The condition in another form. What fits is kept: a group's conditions, or the condition as the only one of a group. */
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
      return { segment: known.segments[0] ?? "" };
    case "flag":
      return { flag: "", variants: [] };
    case "bucket":
      return { bucket: { by: ["targetingKey"], salt: "", hash: "murmur3-mulshift", ranges: [[0, 10_000]] } };
  }
}

/** The conditions inside a group or a negation; undefined for all others. */
export function childrenOf(condition: Condition): Condition[] | undefined {
  if ("all" in condition) return condition.all;
  if ("any" in condition) return condition.any;
  return "not" in condition ? [condition.not] : undefined;
}

/** The leaf with another operator; values, case and missing stay where the operator takes them. */
export function changeOperator({ attribute, values = [], caseInsensitive, missing }: Leaf, operator: Operator): Leaf {
  const kind = OPERATOR_VALUES[operator];
  if (kind === "none") return { attribute, operator };
  const kept = values.filter((value) => fits(kind, value));
  return {
    attribute,
    operator,
    values: kind === "number" ? kept.slice(0, 1) : kind === "range" ? kept.slice(0, kept.length & ~1) : kept,
    ...(caseInsensitive === undefined || !CASE_OPERATORS.has(operator) ? {} : { caseInsensitive }),
    ...(missing === undefined ? {} : { missing }),
  };
}

function fits(kind: (typeof OPERATOR_VALUES)[Operator], value: Scalar): boolean {
  switch (kind) {
    case "none":
      return false;
    case "scalar":
      return true;
    case "number":
    case "range":
      return typeof value === "number";
    case "instant":
      return typeof value === "number" || (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value));
    case "text":
    case "pattern":
    case "version":
    case "address":
      return typeof value === "string";
  }
}
