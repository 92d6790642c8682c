import type { Condition, FlagConfiguration } from "./document.ts";

/** A reference to a segment or flag, and its place. */
export interface Reference {
  kind: "segment" | "flag";
  name: string;
  /** The variants that the reference names. Only references to flags have them. */
  variants?: string[];
  /** The JSON pointer of the name, relative to the searched object. */
  pointer: string;
}

/** Returns the direct references of a configuration, without those of its segments and prerequisites. */
export function referencesOf(configuration: Pick<FlagConfiguration, "rules" | "prerequisites">): Reference[] {
  const found: Reference[] = [];
  configuration.prerequisites.forEach(({ flag, variants }, i) => {
    found.push({ kind: "flag", name: flag, variants, pointer: `/prerequisites/${i}/flag` });
  });
  configuration.rules.forEach((rule, i) => {
    if (rule.when) collect(rule.when, `/rules/${i}/when`, found);
  });
  return found;
}

/** Returns the references in a condition. `base` is prepended to each pointer. */
export function referencesOfCondition(condition: Condition, base = ""): Reference[] {
  const found: Reference[] = [];
  collect(condition, base, found);
  return found;
}

function collect(condition: Condition, pointer: string, found: Reference[]): void {
  if ("all" in condition) condition.all.forEach((child, i) => collect(child, `${pointer}/all/${i}`, found));
  else if ("any" in condition) condition.any.forEach((child, i) => collect(child, `${pointer}/any/${i}`, found));
  else if ("not" in condition) collect(condition.not, `${pointer}/not`, found);
  else if ("segment" in condition) {
    found.push({ kind: "segment", name: condition.segment, pointer: `${pointer}/segment` });
  } else if ("flag" in condition) {
    found.push({ kind: "flag", name: condition.flag, variants: condition.variants, pointer: `${pointer}/flag` });
  }
}
