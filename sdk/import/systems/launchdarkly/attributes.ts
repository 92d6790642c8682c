import type { AttributePath, JsonScalar } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { exists, leaf, type Lowered } from "../../lowering/condition.ts";

/**
 * Returns the steps of an attribute reference, or `undefined` if it is not valid. A reference that begins with `/`
 * steps into objects; any other is the name of an attribute.
 */
export function stepsOf(reference: string): string[] | undefined {
  if (reference === "" || reference === "/") return undefined;
  if (!reference.startsWith("/")) return [reference];
  const steps = reference.slice(1).split("/");
  if (steps.slice(0, -1).includes("") || steps.some((step) => /~(?![01])/.test(step))) return undefined;
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Returns the steps of the attribute that gives a bucket. Without a kind, it is a plain name, as in older flags. */
export function bucketSteps(bucketBy: unknown, contextKind: unknown): string[] | undefined {
  const reference = typeof bucketBy === "string" && bucketBy !== "" ? bucketBy : "key";
  return contextKind === undefined ? [reference] : stepsOf(reference);
}

/** Returns the attribute of a context of one kind. A user's attributes are at the top; other kinds have objects. */
export function attributeOf(kind: string, steps: readonly string[]): AttributePath {
  if (kind !== "user") return [kind, ...steps];
  const [first = "", ...others] = steps;
  const name = first === "key" ? "targetingKey" : first;
  return others.length === 0 ? callerAttribute(name) : [name, ...others];
}

/** Returns a condition that is true if a context of the kind is present. */
export function hasKind(kind: string): Lowered {
  return exists(attributeOf(kind, ["key"]));
}

/** Returns a condition that is true if the key of the context of one kind is in a list. */
export function keyIn(kind: string, keys: readonly JsonScalar[]): Lowered {
  return leaf(attributeOf(kind, ["key"]), "in", keys);
}
