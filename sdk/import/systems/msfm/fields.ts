/**
 * Reads fields whose names have several spellings: the schemas and `az appconfig kv export` write `enabled_for`,
 * `EnabledFor`, `enabledFor` or `enabled-for`, and .NET does not tell them apart.
 */
import { NotImportable } from "../../lowering/draft.ts";
import { at, fieldsOf, isFields, listOf, numberOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, "").toLowerCase();
}

/** A value and its place. */
export interface Located {
  value: unknown;
  place: string;
}

/** Returns a field, whose value is `undefined` if it is missing. */
export function field({ fields, place }: Placed, name: string): Located {
  const wanted = plain(name);
  const key = name in fields ? name : (Object.keys(fields).find((one) => plain(one) === wanted) ?? name);
  return { value: fields[key], place: at(place, key) };
}

/** Returns a field that is an object. Anything else is an empty one. */
export function partIn(part: Placed, name: string): Placed {
  const { value, place } = field(part, name);
  return { fields: fieldsOf(value), place };
}

/** Returns the objects in a field that is a list. */
export function partsIn(part: Placed, name: string): Placed[] {
  const { value, place } = field(part, name);
  return listOf(value).map((one, i) => ({ fields: fieldsOf(one), place: at(place, i) }));
}

export function textIn(part: Placed, name: string): string | undefined {
  return textOf(field(part, name).value);
}

export function textsIn(part: Placed, name: string): string[] {
  return textsOf(field(part, name).value);
}

export function hasPart(part: Placed, name: string): boolean {
  return isFields(field(part, name).value);
}

/** Returns a percentage, which is 0 if it is missing. @throws NotImportable if it is not from 0 to 100 */
export function percentIn(part: Placed, name: string): number {
  const { value, place } = field(part, name);
  if (value === undefined || value === null) return 0;
  const percent = numberOf(value);
  if (percent === undefined || !(percent >= 0 && percent <= 100))
    throw new NotImportable(place, `${JSON.stringify(value)} is not a percentage from 0 to 100`);
  return percent;
}
