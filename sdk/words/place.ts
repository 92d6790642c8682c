/** JSON pointers: the values that they lead to, and their words. */

function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
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

export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

const WORDS: Record<string, string> = {
  rules: "rule",
  variants: "variant",
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

/** Lists and objects whose items have names. */
const KEYED = new Set(["rules", "prerequisites", "variants", "metadata"]);

/** `/rules/0/when/all/1/values/2` is "rule 1, condition, part 2, value 3". */
export function pointerText(pointer: string): string {
  const texts: string[] = [];
  let isNumbered = false;
  const steps = stepsOf(pointer);
  for (const [i, step] of steps.entries()) {
    if (KEYED.has(steps[i - 1] ?? "") && !/^\d+$/.test(step)) {
      texts.push(`${texts.pop() ?? ""} ${step}`);
      continue;
    }
    const isIndex = /^\d+$/.test(step) && texts.length > 0;
    // A second index is one side of a pair. The message itself says which side it means.
    if (isIndex && !isNumbered) texts.push(`${texts.pop() ?? ""} ${Number(step) + 1}`);
    else if (!isIndex)
      texts.push(Object.hasOwn(WORDS, step) ? (WORDS[step] ?? step) : i === 0 ? separated(step) : step);
    isNumbered = isIndex;
  }
  return texts.join(", ") || "the whole flag";
}

/** `previousSecretUntil` is "previous secret until". Only the first step is surely the name of a field. */
function separated(field: string): string {
  return field.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Returns a pointer in words that begin with a capital letter. */
export function placeText(pointer: string): string {
  const text = pointerText(pointer);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
