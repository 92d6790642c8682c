/** Checks the shape of a part of a source before it is lowered, so that a field of another type is never overlooked. */
import { NotImportable } from "./draft.ts";
import { at, isFields } from "./source.ts";

/** The shape of a part of a source. A part that is absent or `null` has every shape. */
export type Shape =
  | "any"
  | "text"
  | "number"
  | "boolean"
  | { list: Shape }
  /** An object whose fields have names that people choose. */
  | { named: Shape }
  /** An object. `needs` are the fields that it must have. Other fields can have any value. */
  | { fields: Readonly<Record<string, Shape>>; needs?: readonly string[] };

/** @throws NotImportable that names the first place where a part of a source has another shape */
export function checkShape(value: unknown, shape: Shape, place: string): void {
  if (value === undefined || value === null || shape === "any") return;
  if (typeof shape === "string") {
    const type = shape === "text" ? "string" : shape;
    if (typeof value !== type) throw mismatch(value, shape, place);
  } else if ("list" in shape) {
    if (!Array.isArray(value)) throw mismatch(value, "list", place);
    value.forEach((one, i) => {
      checkElement(one, shape.list, at(place, i));
    });
  } else {
    if (!isFields(value)) throw mismatch(value, "object", place);
    if ("named" in shape)
      for (const [name, one] of Object.entries(value)) checkElement(one, shape.named, at(place, name));
    else {
      const missing = shape.needs?.find((name) => value[name] === undefined || value[name] === null);
      if (missing !== undefined) throw new NotImportable(place, `it has no field "${missing}"`);
      for (const [name, one] of Object.entries(shape.fields)) checkShape(value[name], one, at(place, name));
    }
  }
}

/** An element of a list cannot be absent. */
function checkElement(value: unknown, shape: Shape, place: string): void {
  if ((value === undefined || value === null) && shape !== "any") throw mismatch(value, nameOf(shape), place);
  checkShape(value, shape, place);
}

function nameOf(shape: Shape): string {
  return typeof shape === "string" ? shape : "list" in shape ? "list" : "object";
}

function mismatch(value: unknown, expected: string, place: string): NotImportable {
  return new NotImportable(place, `it is ${kindOf(value)}, not ${withArticle(expected)}`);
}

/** Returns the type of a value in words, such as `a list`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  return withArticle(typeof value === "string" ? "text" : typeof value);
}

function withArticle(noun: string): string {
  return `${noun === "object" ? "an" : "a"} ${noun}`;
}
