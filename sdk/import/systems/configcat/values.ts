import type { FlagType } from "../../../../src/flags/document.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, type Fields, fieldsOf, isFields, textOf } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";

/** The types of settings, by ConfigCat's number: the field that has the value, and the type of the flag. */
const TYPES: readonly { field: string; type: FlagType }[] = [
  { field: "b", type: "boolean" },
  { field: "s", type: "string" },
  { field: "i", type: "integer" },
  { field: "d", type: "float" },
];

/** Returns the type of a setting. */
export function typeOf(setting: Fields, place: string): FlagType {
  const found = TYPES[Number(setting["t"])];
  if (found !== undefined && isFields(setting["v"])) return found.type;
  const reason = isFields(setting["v"])
    ? `the setting type ${JSON.stringify(setting["t"])} is not known`
    : "this is not a config JSON of version 6; download config_v6.json";
  throw new NotImportable(at(place, isFields(setting["v"]) ? "t" : "v"), reason);
}

/** Returns a value of a setting of this type, or `undefined` if it has another type. */
export function valueOf(value: unknown, type: FlagType): string | number | boolean | undefined {
  const field = TYPES.find((one) => one.type === type)?.field ?? "";
  const content = fieldsOf(value)[field];
  const wanted = field === "b" ? "boolean" : field === "s" ? "string" : "number";
  return typeof content === wanted ? (content as string | number | boolean) : undefined;
}

/** The variants of one setting. Their names are ConfigCat's variation ids. */
export class VariantTable {
  readonly #set = new VariantSet();
  readonly #type: FlagType;

  constructor(type: FlagType) {
    this.#type = type;
  }

  get variants(): VariantSet["values"] {
    return this.#set.values;
  }

  /** Returns the variant of `{ v: value, i: variation id }`. */
  variantOf(served: unknown, place: string): string {
    const { v, i } = fieldsOf(served);
    const value = valueOf(v, this.#type);
    if (value === undefined) throw new NotImportable(at(place, "v"), `the value is not of the setting's type`);
    const id = textOf(i);
    return this.#set.nameOf(value, id || String(value) || "empty", [id, value]);
  }
}
