import type { AttributePath } from "../../../src/flags/document.ts";
import { all, any, exists, leaf, type Lowered, not } from "./condition.ts";

/** Returns the caller's attribute of a name. As text, "request.x" would be an attribute of the worker's own request. */
export function callerAttribute(name: string): AttributePath {
  return name.startsWith("request.") ? [name] : name;
}

/** Returns a condition that is true if an attribute has a value other than `null`. */
export function hasValue(attribute: AttributePath): Lowered {
  return all(exists(attribute), not(leaf(attribute, "equals", [null])));
}

/** Returns a condition that is true if an attribute is `null` or missing. */
export function isNullish(attribute: AttributePath): Lowered {
  return any(not(exists(attribute)), leaf(attribute, "equals", [null]));
}
