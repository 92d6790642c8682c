/** OpenFeature's manifest of flags: the key, the type and the default of each flag, as code uses them. */
import type { FlagType, JsonValue } from "../document.ts";
import { fitsType } from "../validate.ts";

/** `float` is missing in the schema of OpenFeature's sync API, but its command line sends it. */
export const MANIFEST_TYPES = ["boolean", "string", "integer", "float", "object"] as const;
export type ManifestType = (typeof MANIFEST_TYPES)[number];

export interface ManifestFlag {
  key: string;
  type: ManifestType;
  description?: string;
  /** The value that code uses when an evaluation fails. It is always there: without it, a pull asks a person. */
  defaultValue: JsonValue;
}

/** The parts of a flag on which its place in the manifest depends. */
export interface ManifestSource {
  key: string;
  type: FlagType;
  variants: Record<string, JsonValue>;
  description: string;
  fallback?: JsonValue | undefined;
  /** The off variant of the first environment that has one. */
  offVariant?: string | null | undefined;
}

const EMPTY: Record<ManifestType, JsonValue> = { boolean: false, string: "", integer: 0, float: 0, object: {} };

/** Returns the flag's type in the manifest, which does not have `json`. */
export function manifestTypeOf(type: FlagType): ManifestType {
  return type === "json" ? "object" : type;
}

/** Returns a flag with its fallback as default, else with its off variant's value, else with an empty value. */
export function manifestFlag({ key, type, variants, description, fallback, offVariant }: ManifestSource): ManifestFlag {
  const asType = manifestTypeOf(type);
  const off = offVariant != null && Object.hasOwn(variants, offVariant) ? variants[offVariant] : undefined;
  // An older worker can change the type and leave the fallback.
  const fitting = [fallback, off].find((value) => value != null && fitsType(value, asType));
  const notes = description === "" ? {} : { description };
  return { key, type: asType, ...notes, defaultValue: fitting ?? EMPTY[asType] };
}
