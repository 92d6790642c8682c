import type { FlagInput } from "../types.ts";
import type { Notes } from "./draft.ts";
import { at, type Fields } from "./source.ts";

/** Returns the metadata that a flag can have here, and notes the others. */
export function metadataOf(metadata: Fields, place: string, notes: Notes): FlagInput["metadata"] {
  const kept: FlagInput["metadata"] = {};
  for (const [name, value] of Object.entries(metadata)) {
    const isKept =
      typeof value === "string" || typeof value === "boolean" || (value === Number(value) && (value | 0) === value);
    if (isKept) kept[name] = value as string | number | boolean;
    else
      notes.note(
        at(place, name),
        "it is left out, because metadata can only be text, booleans and 32-bit whole numbers",
      );
  }
  return kept;
}
