/** Reads parts of a source whose shape nobody has checked. A part of another type counts as absent. */
import { escapePointer } from "../../../src/flags/validate.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Returns a table's own entry. A name from the source could be that of a method of every object. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Returns a text or a number as text, and anything else as the empty text. */
export function scalarText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function textsOf(value: unknown): string[] {
  return listOf(value).filter((one) => typeof one === "string");
}

/** Returns the number that a text or a number stands for. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** A part of the source and its place. */
export interface Placed {
  fields: Fields;
  place: string;
}

/** Returns the parts in a list of a part. */
export function partsOf({ fields, place }: Placed, name: string): Placed[] {
  return placed(fields[name], at(place, name));
}

/** Returns the parts in a list that stands at a place. */
export function placed(list: unknown, place: string): Placed[] {
  return listOf(list).map((one, i) => ({ fields: fieldsOf(one), place: at(place, i) }));
}

/** Returns the parts of an object by key, or those of a list by their field `key`. A part without a key is left out. */
export function partsByKey(part: unknown, place: string): Map<string, Placed> {
  const entries = Array.isArray(part)
    ? part.map((one, i): [string, unknown, string] => [textOf(fieldsOf(one)["key"]) ?? "", one, at(place, i)])
    : Object.entries(fieldsOf(part)).map(([key, one]): [string, unknown, string] => [key, one, at(place, key)]);
  return new Map(
    entries.filter(([key]) => key !== "").map(([key, one, where]) => [key, { fields: fieldsOf(one), place: where }]),
  );
}

/** Appends steps to a JSON pointer. */
export function at(place: string, ...steps: (string | number)[]): string {
  return place + steps.map((step) => `/${escapePointer(String(step))}`).join("");
}
