/** JSON pointers of problems: the fields they lead to, their names in words, and whether the problems remain. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { isSame } from "../../ui/fields/parsed.ts";
import type { Problem } from "../../ui/fields/problem.ts";

export function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Returns a pointer and all pointers around it, from the inside out, without the root. */
export function enclosingPointers(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((_, i) => `/${steps.slice(0, steps.length - i).join("/")}`);
}

export function valueAt(document: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    document,
  );
}

/**
 * Returns the problems whose fields have not changed since the document was sent. A value that does not fit the JSON
 * Schema may fit another one.
 */
export function remainingProblems(problems: readonly Problem[], sent: Flag | undefined, edited: Flag): Problem[] {
  const isSameSchema = isSame(sent?.jsonSchema, edited.jsonSchema);
  return problems.filter(
    ({ pointer, detail }) =>
      isSame(valueAt(sent, pointer), valueAt(edited, pointer)) && (isSameSchema || !detail.includes("(/jsonSchema")),
  );
}

const WORDS: Record<string, string> = {
  rules: "rule",
  when: "condition",
  all: "part",
  any: "part",
  weights: "weight",
  values: "value",
  packed: "hashes",
  prerequisites: "prerequisite",
  by: "attribute",
  ranges: "range",
  offVariant: "off variant",
  clientVisible: "visible to client keys",
  onMissingKey: "if the attribute is missing",
  onMiss: "everyone else",
  caseInsensitive: "ignore case",
  missing: "if the attribute is missing",
  invalid: "if the attribute cannot be compared",
  read: "how the attribute is read",
  each: "each element of a list",
  modulo: "divided by",
  sha256: "salt of the hash",
  first: "number of bytes",
  last: "number of bytes",
  age: "unit of the age",
  hash: "buckets of",
  during: "window",
  jsonSchema: "JSON Schema",
  timezone: "time zone",
  days: "day",
};

/** `/rules/0/when/all/1/values/2` is "rule 1, condition, part 2, value 3". */
export function pointerText(pointer: string): string {
  const texts: string[] = [];
  let isNumbered = false;
  for (const step of stepsOf(pointer)) {
    const isIndex = /^\d+$/.test(step) && texts.length > 0;
    // A second index is one side of a pair. The message itself says which side it means.
    if (isIndex && !isNumbered) texts.push(`${texts.pop() ?? ""} ${Number(step) + 1}`);
    else if (!isIndex) texts.push(WORDS[step] ?? step);
    isNumbered = isIndex;
  }
  return texts.join(", ") || "the whole flag";
}
