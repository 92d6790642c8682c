import type { FlagType, JsonValue } from "../../../../src/flags/document.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { Names } from "../../lowering/names.ts";
import { at, entryOf, type Fields, fieldsOf, textOf } from "../../lowering/source.ts";

const TYPES: Record<string, FlagType> = {
  BOOLEAN: "boolean",
  STRING: "string",
  INTEGER: "integer",
  NUMERIC: "float",
  JSON: "json",
};

/** The variants of one flag. */
export interface Variations {
  type: FlagType;
  variants: Record<string, JsonValue>;
  /** The names of the variants, by the key of the variation. A variation whose value has another type has none. */
  names: Map<string, string>;
}

export function variationsOf(flag: Fields, place: string): Variations {
  const declared = entryOf(TYPES, String(flag["variationType"]));
  if (declared === undefined)
    throw new NotImportable(at(place, "variationType"), `the type ${String(flag["variationType"])} is not known`);
  const names = new Names();
  const byKey = new Map<string, string>();
  const variants: Record<string, JsonValue> = {};
  for (const [key, variation] of Object.entries(fieldsOf(flag["variations"]))) {
    const value = valueOf(fieldsOf(variation)["value"], declared);
    if (value === undefined) continue;
    const name = names.take(key);
    variants[name] = value;
    byKey.set(key, name);
  }
  const values = Object.values(variants);
  const isObject = values.length > 0 && values.every((value) => typeof value === "object" && value !== null);
  return { type: declared === "json" && isObject ? "object" : declared, variants, names: byKey };
}

/** Returns the value of a variation, or `undefined` if it is not of the flag's type. */
function valueOf(value: unknown, type: FlagType): JsonValue | undefined {
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "string":
      return textOf(value);
    case "integer":
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case "float":
      return typeof value === "number" ? value : undefined;
    case "object":
    case "json":
      return typeof value === "string" ? parsed(value) : (value as JsonValue);
  }
}

/** JSON variations are texts. */
function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
