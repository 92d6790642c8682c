import type { AttributePath } from "../../../src/flags/document.ts";
import { and, type Logic, or } from "./logic.ts";
import type { Refusals } from "./refusals.ts";

/** An attribute of the context in flagd. */
export interface Attribute {
  /** The expression that reads it. It is `null` if the attribute is missing. */
  read: Logic;
  /** True if the attribute is present, even if it is `null`. */
  exists: Logic;
  isNull: Logic;
}

/** Names that objects, texts and lists have in JavaScript without having attributes. */
const INHERITED = new Set(
  [Object, String, Number, Boolean, Array].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
);

/** Returns an attribute, or refuses a path that JSONLogic reads in another way. */
export function attributeOf(path: AttributePath, place: string, refusals: Refusals): Attribute {
  const steps = typeof path === "string" ? [path] : path;
  const [root = ""] = steps;
  if (root === "request" || (typeof path === "string" && root.startsWith("request.")))
    refusals.add(place, "flagd does not have the attributes of the request");
  else if (root === "$flagd" || root === "") refusals.add(place, `flagd reads something else as ${quoted(root)}`);
  else if (steps.some((step) => /[./\\]/.test(step)))
    refusals.add(place, `an attribute's name with a dot or a slash, such as ${quoted(root)}, is a path in flagd`);
  else if (root in Object.prototype || steps.slice(1).some((step) => INHERITED.has(step) || /^\d+$/.test(step)))
    refusals.add(place, `${quoted(steps.join(" → "))} can be part of a value that does not have this attribute`);
  const name = steps.join(".");
  const read = { var: name };
  const isThere = { "!": [{ missing: [name] }] };
  return {
    read,
    exists: or({ "!==": [read, null] }, isThere),
    isNull: and({ "===": [read, null] }, isThere),
  };
}

/** Returns whether the values of an attribute cannot be anything but text. */
export function isTargetingKey(path: AttributePath): boolean {
  return path === "targetingKey" || (Array.isArray(path) && path.length === 1 && path[0] === "targetingKey");
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
