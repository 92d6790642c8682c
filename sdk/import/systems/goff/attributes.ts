import type { AttributePath } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { any, leaf, type Lowered } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";

/** An attribute of a query. */
export interface Subject {
  attribute: AttributePath;
  /** Whether it is the targeting key, which is the empty text if it is missing. */
  isKey: boolean;
  /** Whether it is the attribute `anonymous`, which is false unless it is true. */
  isAnonymous: boolean;
  steps: readonly string[];
}

export function subjectOf(steps: readonly string[], place: string): Subject {
  const [first = ""] = steps;
  if (first === "request") throw new NotImportable(place, 'an attribute cannot have the name "request"');
  const isSingle = steps.length === 1;
  const isKey = isSingle && (first === "key" || first === "targetingKey");
  const attribute = isKey ? "targetingKey" : isSingle ? callerAttribute(first) : [...steps];
  return { attribute, isKey, isAnonymous: isSingle && first === "anonymous", steps };
}

export function isText({ attribute, isKey }: Subject): Lowered {
  return isKey || leaf(attribute, "gte", [""]);
}

export function isNumber({ attribute }: Subject): Lowered {
  return any(leaf(attribute, "gte", [0]), leaf(attribute, "lt", [0]));
}

/** Returns a condition that is true if a step on the way to the attribute is something without attributes. */
export function isBlocked({ steps }: Subject): Lowered {
  const parents = steps.slice(1).map((_, i) => steps.slice(0, i + 1));
  const types = ["string", "number", "boolean", "array"];
  return any(
    ...parents.map((parent) =>
      leaf(parent.length === 1 ? callerAttribute(parent[0] ?? "") : parent, "in", types, { read: "type" }),
    ),
  );
}
